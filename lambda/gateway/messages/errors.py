"""An error as Anthropic's clients read it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gateway.errors import GatewayError

_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
}


def error(error: GatewayError, request_id: str) -> dict[str, Any]:
    """The type goes by the status; Anthropic has no place for the field: the message names it."""
    otherwise = "invalid_request_error" if error.status < 500 else "api_error"
    return {
        "type": "error",
        "error": {"type": _TYPES.get(error.status, otherwise), "message": str(error)},
        "request_id": request_id,
    }
