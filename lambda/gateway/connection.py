"""One kept-alive HTTP connection that never sends twice what may have been carried out.

`http.client.HTTPConnection` reconnects when it likes and limits each operation but never the whole.
Only its parser is used here.
"""

from __future__ import annotations

import functools
import time
from http.client import HTTPException, HTTPResponse

from gateway.failures import TimedOut, Unreachable
from gateway.wire import Wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

# A connection that the server had dropped says so within a round trip. One that breaks later broke
# while the call was being carried out: sending that again could be billed twice.
_STALE_WITHIN_S = 1.0


class Response:
    """`headers` has lower-case names."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body


class Connection:
    """Not thread-safe: an execution environment of Lambda serves one request at a time."""

    def __init__(
        self, host: str, port: int, *, tls: bool, connect_timeout_s: float, read_timeout_s: float
    ) -> None:
        self._name = f"{host}:{port}"
        self._open = functools.partial(
            Wire.open,
            host,
            port,
            tls=tls,
            connect_timeout_s=connect_timeout_s,
            read_timeout_s=read_timeout_s,
        )
        self._kept: Wire | None = None

    def exchange(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        deadline: float | None,
    ) -> Response:
        """Send one request and read its whole answer; `deadline` is on `time.monotonic()`.

        Name resolution is the one step that cannot be cut short: the system's resolver decides.
        """
        request = _serialize(method, target, headers, body)
        try:
            return self._once_or_afresh(method, request, deadline)
        except TimeoutError as error:
            raise TimedOut("no answer in time", detail=self._detail(error)) from error
        except (OSError, HTTPException) as error:
            raise Unreachable("the connection failed", detail=self._detail(error)) from error

    def _once_or_afresh(self, method: str, request: bytes, deadline: float | None) -> Response:
        wire, self._kept = self._kept, None
        started = time.monotonic()
        if wire is not None and wire.is_quiet():
            try:
                return self._ask(wire, method, request, deadline)
            except TimeoutError:
                raise
            except OSError:
                if wire.heard or time.monotonic() - started > _STALE_WITHIN_S:
                    raise
        elif wire is not None:
            wire.hang_up()
        return self._ask(self._open(deadline=deadline), method, request, deadline)

    def _ask(self, wire: Wire, method: str, request: bytes, deadline: float | None) -> Response:
        try:
            wire.deadline, wire.heard = deadline, False
            wire.send(request)
            reply = HTTPResponse(wire, method=method)  # type: ignore[arg-type]  # uses makefile alone
            reply.begin()
            headers = {name.lower(): value for name, value in reply.getheaders()}
            response = Response(reply.status, headers, reply.read())
        except BaseException:  # whatever it was, what is left on this connection is not an answer
            wire.hang_up()
            raise
        if reply.will_close:
            wire.hang_up()
        else:
            self._kept = wire
        return response

    def _detail(self, error: Exception) -> str:
        return f"{self._name}: {type(error).__name__}: {error}"


def _serialize(method: str, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """Head and body together, so that a small request leaves in one packet."""
    lines = [f"{method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"content-length: {len(body)}", "", ""]
    if " " in target or not all(line.isascii() and line.isprintable() for line in lines):
        raise ValueError("a target or header may hold printable ASCII only: no CR, LF or NUL")
    return "\r\n".join(lines).encode() + body
