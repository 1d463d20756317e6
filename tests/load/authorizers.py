"""The Lambda authorizer as API Gateway asks it: before the function, remembered for 60 seconds."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

from gateway import keys
from gateway.authorizer import presented
from gateway.aws import Aws
from gateway.failures import UpstreamFailure
from gateway.settings import settings
from tests.load.http import Asked

if TYPE_CHECKING:
    from gateway.aws import Upstream
    from gateway.keys import Caller

_REMEMBERED_S = 60.0
_EITHER = ("authorization", "x-api-key")


class Refused(Exception):
    """API Gateway answers without the function."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class Authorizers:
    """`Authorization` on every route; on /v1/messages `x-api-key` will do instead of it.

    API Gateway remembers the answers of the first, and the function itself those of the other.
    """

    def __init__(self) -> None:
        self._remembered: dict[tuple[str, ...], tuple[float, Caller | None]] = {}
        # It is a function of its own: one execution environment is enough for it.
        self._aws, self._lock = Aws(os.environ["AWS_REGION"]), threading.Lock()

    def caller_of(self, asked: Asked) -> Caller:
        """Raises Refused: 401 for a wrong key, 500 when the authorizer itself fails."""
        names = _EITHER if asked.path == "/v1/messages" else _EITHER[:1]
        given = tuple(map(asked.header, names))
        if not any(given):
            raise Refused(401, "invalid_api_key")
        until, caller = self._remembered.get(given, (0.0, None))
        if until < time.monotonic():
            with self._lock:
                caller = _ask(asked, self._aws)
            self._remembered[given] = time.monotonic() + _REMEMBERED_S, caller
        if caller is None:
            raise Refused(401, "invalid_api_key")
        return caller


def _ask(asked: Asked, upstream: Upstream) -> Caller | None:
    """As `authorizer.handler`, with a client of its own."""
    many: dict[str, list[str]] = {}
    for name, value in asked.headers:
        many.setdefault(name, []).append(value)
    given = presented({"multiValueHeaders": many})
    try:
        if len(given) > 1:
            return None
        return keys.caller_of("".join(given), settings=settings(), upstream=upstream)
    except keys.Refused:
        return None
    except UpstreamFailure:
        raise Refused(500, "internal_error") from None
