"""Between API Gateway's events and meaning: parsed once here, errors caught once here."""

from __future__ import annotations

import binascii
import json
import time

from gateway import errors, observe
from gateway.told import told_of
from gateway.watched import Watched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping
    from typing import Any, NamedTuple

    from gateway.aws import Upstream
    from gateway.settings import Settings, Tenant
else:
    from gateway.record import NamedTuple

# What is left for answering when the models have used up the rest.
_ANSWER_S = 1.0


class Request(NamedTuple):
    """A request whose key has been checked; times are on `time.monotonic()`.

    `route` is API Gateway's resource, `path` its parameters; `headers` have lower-case names.
    `check_client` raises ClientGone once the caller has hung up. `facts` is what the request's
    log line will say; whoever knows something puts it there. `groups` are the key's, as
    `keys.Caller` has them.
    """

    id: str
    tenant: str
    route: str
    path: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    started: float
    deadline: float
    check_client: Callable[[], None]
    facts: dict[str, Any]
    groups: str = ""


class Reply(NamedTuple):
    """An answer that is whole."""

    body: Mapping[str, Any]
    headers: Mapping[str, str] = {}


class Stream(NamedTuple):
    """An answer in server-sent events; closing `chunks` ends whatever makes them."""

    chunks: Generator[bytes]
    headers: Mapping[str, str] = {}


class Answer(NamedTuple):
    """What goes back: whole or streamed, told by the headers alone."""

    status: int
    headers: dict[str, str]
    chunks: Iterable[bytes]


def openai_error(error: errors.GatewayError, request_id: str) -> Mapping[str, Any]:
    """An error as OpenAI's clients read it."""
    return error.body


def respond(
    event: Mapping[str, Any],
    context: Any,
    route: Callable[[Request], Reply | Stream],
    *,
    settings: Settings,
    once_with: Upstream | None = None,
    error_body: Callable[[errors.GatewayError, str], Mapping[str, Any]] = openai_error,
) -> Answer:
    """Run a route and turn whatever comes of it into an answer; every one has its log line.

    With the AWS `once_with`, it runs once for each Idempotency-Key.
    """
    facts: dict[str, Any] = {"environment": settings.environment, "route": event["resource"]}
    request_id = event["requestContext"]["requestId"]
    started = time.monotonic()
    status = 200
    try:
        made = _made(route, _request(event, context, started, facts), settings, once_with)
        if isinstance(made, Stream):
            chunks: Iterable[bytes] = Watched(made.chunks, request_id, facts, started)
            headers = _headers(event, settings, made.headers, "text/event-stream")
            return Answer(status, headers, chunks)
        body, more = made.body, made.headers
    except Exception as error:
        told = told_of(request_id, error)
        status, body, more = told.status, error_body(told, request_id), told.headers
        facts.setdefault("error.type", told.code)
    observe.request(request_id, facts, status=status, started=started)
    headers = _headers(event, settings, more, "application/json")
    # ASCII: a caller's own text comes back in errors, and may be half a surrogate pair.
    return Answer(status, headers, [json.dumps(body).encode()])


def buffered(answer: Answer) -> dict[str, Any]:
    """The answer as API Gateway's response, for a runtime that cannot stream."""
    return {
        "statusCode": answer.status,
        "headers": answer.headers,
        "body": b"".join(answer.chunks).decode(),
    }


def tenant_of(request: Request, settings: Settings) -> Tenant:
    """The caller's tenant; 403 once it has left the environment file."""
    try:
        return settings.tenants[request.tenant]
    except KeyError:
        raise errors.forbidden("This key's tenant is not part of this environment.") from None


def _made(
    route: Callable[[Request], Reply | Stream],
    request: Request,
    settings: Settings,
    upstream: Upstream | None,
) -> Reply | Stream:
    """What the route answers; with an Idempotency-Key, what it has answered to that before."""
    if upstream is None or "idempotency-key" not in request.headers:
        return route(request)
    from gateway import idempotency  # few send a key: the others' cold start is spared it

    return idempotency.once(request, lambda: route(request), settings=settings, upstream=upstream)


def _request(
    event: Mapping[str, Any], context: Any, started: float, facts: dict[str, Any]
) -> Request:
    left_s = context.get_remaining_time_in_millis() / 1000
    caller = event["requestContext"]["authorizer"]
    facts["tenant"], facts["key_id"] = caller["tenant"], caller.get("key_id")
    return Request(
        id=event["requestContext"]["requestId"],
        tenant=caller["tenant"],
        route=event["resource"],
        path=event.get("pathParameters") or {},
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        body=_body(event),
        started=started,
        deadline=started + left_s - _ANSWER_S,
        check_client=getattr(context, "check_client", _stays),
        facts=facts,
        groups=caller.get("groups", ""),  # of whoever does not say, the fewest
    )


def _stays() -> None:
    """A runtime that cannot stream cannot tell that the caller has gone."""


def _body(event: Mapping[str, Any]) -> bytes:
    body: str = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return body.encode(errors="surrogatepass")
    try:
        return binascii.a2b_base64(body, strict_mode=True)
    except ValueError:  # binascii.Error is one, and text outside ASCII raises a bare one
        raise errors.invalid(None, "The body is not valid base64.") from None


def _headers(
    event: Mapping[str, Any], settings: Settings, more: Mapping[str, str], content_type: str
) -> dict[str, str]:
    request_id = event["requestContext"]["requestId"]
    return {
        "content-type": content_type,
        "x-request-id": request_id,  # OpenAI's name for it, and Anthropic's
        "request-id": request_id,
        **_cors(event, settings),
        **more,
    }


def _cors(event: Mapping[str, Any], settings: Settings) -> dict[str, str]:
    """A browser's origin is let in by name, and only if the environment names it."""
    given = event.get("headers") or {}
    origin = next((value for name, value in given.items() if name.lower() == "origin"), None)
    if origin is None or origin not in settings.cors_origins:
        return {}
    return {"access-control-allow-origin": origin, "vary": "origin"}
