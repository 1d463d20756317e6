"""What a caller may be told: OpenAI's error shape, with a status that its clients act on."""

from __future__ import annotations


class GatewayError(Exception):
    """Ends a request. `param` is the field of the request that is at fault, if one is."""

    def __init__(
        self, status: int, type: str, code: str, message: str, param: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {
            "error": {"message": message, "type": type, "param": param, "code": code},
        }


def invalid(param: str | None, message: str) -> GatewayError:
    """The request is wrong, and the caller can mend it."""
    return GatewayError(400, "invalid_request_error", "invalid_value", message, param)


def forbidden(message: str) -> GatewayError:
    return GatewayError(403, "invalid_request_error", "forbidden", message)


def model_not_found(alias: str, known: list[str]) -> GatewayError:
    # The name is the caller's own text: cut, so that a long one is not sent back whole.
    message = f"No model {alias[:64]!r}; this key may use {sorted(known)}."
    return GatewayError(404, "invalid_request_error", "model_not_found", message, "model")


def too_large(limit: int) -> GatewayError:
    message = f"The body is larger than {limit} bytes."
    return GatewayError(413, "invalid_request_error", "request_too_large", message)


def throttled() -> GatewayError:
    message = "The models behind this alias are busy: try again later."
    return GatewayError(429, "rate_limit_error", "rate_limit_exceeded", message)


def internal() -> GatewayError:
    return GatewayError(500, "server_error", "internal_error", "The gateway failed.")


def bad_gateway(message: str = "A service behind the gateway failed.") -> GatewayError:
    return GatewayError(502, "server_error", "bad_gateway", message)


def timed_out() -> GatewayError:
    return GatewayError(504, "server_error", "timeout", "No answer came in time.")
