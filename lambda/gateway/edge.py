"""Between API Gateway's events and meaning: parsed once here, errors caught once here."""

from __future__ import annotations

import binascii
import json
import time
from typing import NamedTuple

from gateway import errors
from gateway.aws import AwsError, TimedOut, UpstreamFailure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from gateway.settings import Settings

# What is left for answering when the models have used up the rest.
_ANSWER_S = 1.0


class Request(NamedTuple):
    """A request whose key has been checked; `deadline` is on `time.monotonic()`."""

    id: str
    tenant: str
    body: bytes
    deadline: float


class Reply(NamedTuple):
    """What the caller gets, before it is JSON."""

    body: dict[str, Any]
    headers: Mapping[str, str]


def answer(
    event: Mapping[str, Any], context: Any, route: Callable[[Request], Reply]
) -> dict[str, Any]:
    """Run a route and turn whatever comes of it into API Gateway's response."""
    request_id = event["requestContext"]["requestId"]
    try:
        reply = route(_request(event, context))
        return _response(request_id, 200, reply.body, reply.headers)
    except Exception as error:
        told = _told(request_id, error)
        return _response(request_id, told.status, told.body)


def log(request_id: str, event: str, **facts: object) -> None:
    """One JSON line: never a body, a header or an upstream's own words."""
    print(json.dumps({"request_id": request_id, "event": event, **facts}))


def allowed_aliases(request: Request, settings: Settings) -> tuple[str, ...]:
    """The aliases of the caller's tenant; 403 once the tenant has left the environment file."""
    try:
        return settings.tenants[request.tenant]
    except KeyError:
        raise errors.forbidden("This key's tenant is not part of this environment.") from None


def _request(event: Mapping[str, Any], context: Any) -> Request:
    left_s = context.get_remaining_time_in_millis() / 1000
    return Request(
        id=event["requestContext"]["requestId"],
        tenant=event["requestContext"]["authorizer"]["tenant"],
        body=_body(event),
        deadline=time.monotonic() + left_s - _ANSWER_S,
    )


def _body(event: Mapping[str, Any]) -> bytes:
    body: str = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return body.encode(errors="surrogatepass")
    try:
        return binascii.a2b_base64(body, strict_mode=True)
    except ValueError:  # binascii.Error is one, and text outside ASCII raises a bare one
        raise errors.invalid(None, "The body is not valid base64.") from None


def _told(request_id: str, error: Exception) -> errors.GatewayError:
    """What the caller learns of an error; the rest is for the log, and no text of it for either."""
    if isinstance(error, errors.GatewayError):
        return error
    if isinstance(error, UpstreamFailure):
        return _upstream(request_id, error)
    # Where it happened and what it was, but not its text: that may quote a prompt.
    log(request_id, "bug", error=type(error).__name__, frames=_frames(error)[-8:])
    return errors.internal()


def _frames(error: Exception) -> list[str]:
    """What `traceback` would list; importing it costs a cold start 3 ms."""
    frames, at = [], error.__traceback__
    while at is not None:
        frames.append(f"{at.tb_frame.f_code.co_filename}:{at.tb_lineno}")
        at = at.tb_next
    return frames


def _upstream(request_id: str, failure: UpstreamFailure) -> errors.GatewayError:
    code = failure.code if isinstance(failure, AwsError) else None
    log(request_id, "upstream", error=type(failure).__name__, code=code)
    if isinstance(failure, TimedOut):
        return errors.timed_out()
    if isinstance(failure, AwsError) and failure.status == 429:
        return errors.throttled()
    return errors.bad_gateway()


def _response(
    request_id: str, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {
            "content-type": "application/json",
            "x-request-id": request_id,
            **(headers or {}),
        },
        # ASCII: a caller's own text comes back in errors, and may be half a surrogate pair.
        "body": json.dumps(body),
    }
