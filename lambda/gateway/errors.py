"""What a caller may be told: OpenAI's error shape, with a status that its clients act on."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


_LONGEST_NAME = 64
_NAME = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:/@-")


class GatewayError(Exception):
    """Ends a request. `param` is the field of the request that is at fault, if one is.

    `headers` go with the answer; `body` is OpenAI's shape of it.
    """

    def __init__(
        self,
        status: int,
        type: str,
        code: str,
        message: str,
        param: str | None = None,
        headers: Mapping[str, str] = {},
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.headers = status, code, headers
        self.body = {
            "error": {"message": message, "type": type, "param": param, "code": code},
        }


def invalid(param: str | None, message: str) -> GatewayError:
    """The request is wrong, and the caller can mend it."""
    return GatewayError(400, "invalid_request_error", "invalid_value", message, param)


def blocked(param: str, message: str) -> GatewayError:
    """A guardrail has refused what stands there; `message` is its own."""
    return GatewayError(400, "invalid_request_error", "content_filter", message, param)


def forbidden(message: str) -> GatewayError:
    return GatewayError(403, "invalid_request_error", "forbidden", message)


def is_name(text: str) -> bool:
    """Whether a caller's text may be shown again: a name may, and never a piece of a prompt."""
    return len(text) <= _LONGEST_NAME and _NAME.issuperset(text)


def model_not_found(alias: str, known: list[str]) -> GatewayError:
    named = f" {alias!r}" if is_name(alias) else " of that name"
    message = f"No model{named}; this key may use {sorted(known)}."
    return GatewayError(404, "invalid_request_error", "model_not_found", message, "model")


def no_knowledge_base(name: str, known: list[str]) -> GatewayError:
    named = f" {name!r}" if is_name(name) else " of that name"
    message = f"No knowledge base{named}; this key may search {known}."
    return GatewayError(404, "invalid_request_error", "knowledge_base_not_found", message, "name")


def too_large(limit: int) -> GatewayError:
    message = f"The body is larger than {limit} bytes."
    return GatewayError(413, "invalid_request_error", "request_too_large", message)


def throttled() -> GatewayError:
    message = "The models behind this alias are busy: try again later."
    return GatewayError(429, "rate_limit_error", "rate_limit_exceeded", message)


def rate_limited(per_second: int) -> GatewayError:
    message = f"This tenant may send {per_second} requests a second: slow down and try again."
    return GatewayError(
        429, "rate_limit_error", "rate_limit_exceeded", message, headers={"retry-after": "1"}
    )


def insufficient_quota(resets_on: str) -> GatewayError:
    """`resets_on` is the first day of the next month, as an ISO date."""
    message = f"The budget has no room for this request; it resets on {resets_on}."
    # Both makers' clients obey it: to ask again would help nobody before that day.
    headers = {"x-should-retry": "false"}
    return GatewayError(429, "insufficient_quota", "insufficient_quota", message, headers=headers)


def quota_unavailable() -> GatewayError:
    message = "The budget could not be checked, so nothing was asked: try again later."
    return GatewayError(503, "server_error", "quota_unavailable", message)


def conflict(message: str) -> GatewayError:
    """Another request with the same Idempotency-Key is in the way."""
    return GatewayError(409, "invalid_request_error", "idempotency_conflict", message)


def client_gone() -> GatewayError:
    message = "The caller hung up before the answer."
    return GatewayError(499, "invalid_request_error", "client_closed_request", message)


def internal() -> GatewayError:
    return GatewayError(500, "server_error", "internal_error", "The gateway failed.")


def bad_gateway(message: str = "A service behind the gateway failed.") -> GatewayError:
    return GatewayError(502, "server_error", "bad_gateway", message)


def timed_out() -> GatewayError:
    return GatewayError(504, "server_error", "timeout", "No answer came in time.")
