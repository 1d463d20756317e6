"""One kept-alive HTTP connection that never sends twice what may have been carried out.

`http.client.HTTPConnection` reconnects when it likes and limits each operation but never the whole.
"""

from __future__ import annotations

import functools
import time

from gateway.failures import Unreachable
from gateway.http1 import Source, read_head
from gateway.incoming import Incoming
from gateway.patience import Patience
from gateway.wire import Wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gateway.incoming import Response

# A connection that the server had dropped says so within a round trip. One that breaks later broke
# while the call was being carried out: sending that again could be billed twice.
_STALE_WITHIN_S = 1.0

# A stream that says nothing for so long has stalled, whatever the deadline.
IDLE_S = 60.0


class Connection:
    """Not thread-safe: an execution environment of Lambda serves one request at a time."""

    def __init__(
        self, host: str, port: int, *, tls: bool, connect_timeout_s: float, read_timeout_s: float
    ) -> None:
        self._read_timeout_s = read_timeout_s
        self._open = functools.partial(
            Wire.open, host, port, tls=tls, connect_timeout_s=connect_timeout_s
        )
        self._kept: Wire | None = None

    def exchange(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        deadline: float,
    ) -> Response:
        """Send one request and read its whole answer; `deadline` is on `time.monotonic()`."""
        patience = Patience(deadline, idle_s=self._read_timeout_s)
        return self._begin(_serialize(method, target, headers, body), patience).whole()

    def stream(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        deadline: float,
        check_client: Callable[[], None],
    ) -> Incoming:
        """Send one request and return as soon as the head of its answer is there.

        `check_client` is called at least four times a second while nothing comes.
        """
        patience = Patience(deadline, idle_s=IDLE_S, check=check_client)
        return self._begin(_serialize(method, target, headers, body), patience)

    def _begin(self, request: bytes, patience: Patience) -> Incoming:
        wire, self._kept = self._kept, None
        started = time.monotonic()
        if wire is not None and wire.is_quiet():
            try:
                return self._ask(wire, request, patience)
            except Unreachable:
                if wire.heard or time.monotonic() - started > _STALE_WITHIN_S:
                    raise
        elif wire is not None:
            wire.hang_up()
        return self._ask(self._open(deadline=patience.deadline), request, patience)

    def _ask(self, wire: Wire, request: bytes, patience: Patience) -> Incoming:
        try:
            wire.send(request, patience)
            source = Source(wire, patience)
            return Incoming(read_head(source), source, self._keep)
        except BaseException:  # whatever it was, what is left on this connection is not an answer
            wire.hang_up()
            raise

    def _keep(self, wire: Wire) -> None:
        """One is enough: while an answer streams, another call may have opened its own."""
        if self._kept is None:
            self._kept = wire
        else:
            wire.hang_up()


def _serialize(method: str, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """Head and body together, so that a small request leaves in one packet."""
    lines = [f"{method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"content-length: {len(body)}", "", ""]
    if " " in target or not all(line.isascii() and line.isprintable() for line in lines):
        raise ValueError("a target or header may hold printable ASCII only: no CR, LF or NUL")
    return "\r\n".join(lines).encode() + body
