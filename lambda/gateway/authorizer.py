"""Who is calling: API Gateway asks before any body is read, and remembers the answer for a minute.

A refusal is a policy that denies, for which `components/gateway_errors.py` answers 401. Raising
would answer 401 as well, but is not remembered, counts as the function's error, and the managed
runtime logs a trace of each (docs/decisions/0012). Any other error is a 500: nobody gets in.
"""

from __future__ import annotations

import hashlib
import re
import time

from gateway import observe
from gateway.aws import client
from gateway.keys import Caller, Refused, caller_of
from gateway.settings import settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from gateway.aws import Upstream
    from gateway.settings import Settings

_BEARER = re.compile("bearer +([^ ]+)", re.IGNORECASE)
# The route whose key may be in either header. API Gateway could remember an answer only by both, so
# it asks each time; what was granted is remembered here, for as long as elsewhere by API Gateway.
_ASKED_EACH_TIME = "/v1/messages"
_REMEMBERED_S = 60.0
_clock = time.monotonic
_granted: dict[bytes, tuple[float, Caller]] = {}
_NOBODY = Caller(tenant="-", key_id="-")  # no tenant can have this name


class Unauthorized(Exception):
    """API Gateway answers 401 to exactly this text, and 500 to any other."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    return authorize(event, settings=settings(), upstream=client())


def authorize(
    event: Mapping[str, Any], *, settings: Settings, upstream: Upstream
) -> dict[str, Any]:
    """The policy covers the whole stage, so that remembering it serves every route."""
    given = presented(event)
    if len(given) > 1:
        # API Gateway would remember a refusal for one of them, which may be good on its own.
        raise Unauthorized
    key = "".join(given)
    try:
        if event.get("resource") == _ASKED_EACH_TIME:
            caller = _remembered(key, settings, upstream)
        else:
            caller = caller_of(key, settings=settings, upstream=upstream)
    except Refused as refused:
        _tell(event, refused)
        return _policy("Deny", event["methodArn"], _NOBODY)
    return _policy("Allow", event["methodArn"], caller)


def _remembered(key: str, settings: Settings, upstream: Upstream) -> Caller:
    """Grants alone: a refusal costs a call, and nobody can fill the memory with them."""
    mark, now = hashlib.sha256(key.encode(errors="replace")).digest(), _clock()
    until, caller = _granted.get(mark, (0.0, _NOBODY))
    if until <= now:
        caller = caller_of(key, settings=settings, upstream=upstream)
        _granted[mark] = now + _REMEMBERED_S, caller
    return caller


def presented(event: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys that the request shows: at most one, unless its headers contradict each other.

    The same key in both headers is one; the same header twice never is. What is no bearer token
    counts as "".
    """
    bearers = [_bearer(value) for value in _values(event, "authorization")]
    plain = _values(event, "x-api-key")
    if len(bearers) == len(plain) == 1:
        return tuple({*bearers, *plain})
    return (*bearers, *plain)


def _values(event: Mapping[str, Any], name: str) -> list[str]:
    many = event.get("multiValueHeaders") or {}
    one = event.get("headers") or {}
    found = [value for each, values in many.items() if each.lower() == name for value in values]
    return found or [value for each, value in one.items() if each.lower() == name]


def _bearer(value: str) -> str:
    found = _BEARER.fullmatch(value)
    return found[1] if found else ""


def _tell(event: Mapping[str, Any], refused: Refused) -> None:
    # The embedded AWS gives an authorizer no request id.
    request_id = event["requestContext"].get("requestId", "")
    observe.event(request_id, "refused", reason=refused.reason, key_id=refused.key_id)


def _policy(effect: str, method_arn: str, caller: Caller) -> dict[str, Any]:
    api, stage, *_ = method_arn.split("/")
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": effect,
        "Resource": f"{api}/{stage}/*",
    }
    return {
        "principalId": caller.tenant,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": caller._asdict(),
    }
