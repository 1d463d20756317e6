"""Load from one thread: many connections, and for every request what came back and when.

`tests/load/callers.py` says who asks what, and how often.
"""

from __future__ import annotations

import heapq
import re
import select
import socket
import time
from collections.abc import Callable

from tests.load.results import CHUNKED, Result

Address = tuple[str, int]

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_LAST_CHUNK = b"\r\n0\r\n\r\n"
# What the fake's answers begin with: the first token is there once this is.
FIRST_WORD = b"word0"


class _Line:
    """A connection, and the request that is on it."""

    __slots__ = ("end", "result", "sock")

    def __init__(self, address: Address) -> None:
        self.sock = socket.create_connection(address, timeout=5)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.result: Result | None = None
        self.end = 0


class Load:
    """`hang_up_after` these bytes, a caller loses interest; `timeout_s` ends a request.

    `keep` gets each result once it has ended; without it they are in `results`, in that order.
    """

    def __init__(
        self,
        address: Address,
        *,
        timeout_s: float = 60,
        hang_up_after: bytes | None = None,
        keep: Callable[[Result], object] | None = None,
    ) -> None:
        self._address, self._timeout_s = address, timeout_s
        self._hang_up_after = hang_up_after
        self.results: list[Result] = []
        self._keep = keep or self.results.append
        self._poll = select.epoll()
        self._lines: dict[int, _Line] = {}
        self._idle: list[_Line] = []
        self._deadlines: list[tuple[float, int, Result]] = []

    @property
    def busy(self) -> int:
        return len(self._lines) - len(self._idle)

    def on_their_way(self) -> list[Result]:
        """Requests whose answers have begun and are not over."""
        under_way = [line.result for line in self._lines.values() if line.result]
        return [result for result in under_way if result.data]

    def send(self, request: bytes) -> None:
        """On an idle connection, or on a new one."""
        result = Result(request)
        result.sent = time.monotonic()
        try:
            line = self._idle.pop() if self._idle else self._connect()
        except OSError as error:
            return self._fail(result, error)
        line.result, line.end = result, 0
        until = (result.sent + self._timeout_s, line.sock.fileno(), result)
        try:
            line.sock.sendall(request)
        except OSError as error:
            return self._lose(line, str(error))
        return heapq.heappush(self._deadlines, until)

    def wait(self, at_most_s: float) -> None:
        """Until something has come in, or the time is over."""
        for number, _ in self._poll.poll(max(0.0, at_most_s)):
            self._hear(self._lines[number])
        self._time_out()

    def close(self) -> None:
        for line in self._lines.values():
            line.sock.close()
        self._poll.close()

    def _connect(self) -> _Line:
        line = _Line(self._address)
        self._lines[line.sock.fileno()] = line
        self._poll.register(line.sock, select.EPOLLIN)
        return line

    def _hear(self, line: _Line) -> None:
        result = line.result
        try:
            data = line.sock.recv(262_144)
        except OSError as error:
            return self._lose(line, f"{type(error).__name__}")
        if not data or result is None:
            return self._lose(line, "hung up")
        result.data += data
        now = time.monotonic()
        if result.first_s is None and FIRST_WORD in result.data:
            result.first_s = now - result.sent
        if self._hang_up_after and self._hang_up_after in result.data:
            return self._lose(line, "left")
        if self._is_whole(line, result):
            self._end(line, result, now)
        return None

    def _is_whole(self, line: _Line, result: Result) -> bool:
        if not line.end:
            at = result.data.find(b"\r\n\r\n")
            if at < 0:
                return False
            head = result.data[: at + 2]
            length = _LENGTH.search(head)
            line.end = -1 if CHUNKED.search(head) else at + 4 + (int(length[1]) if length else 0)
        if line.end < 0:
            return result.data.endswith(_LAST_CHUNK)
        return len(result.data) >= line.end

    def _end(self, line: _Line, result: Result, now: float) -> None:
        result.ended, result.took_s = now, now - result.sent
        self._keep(result)
        line.result = None
        if _CLOSES.search(result.data, 0, result.data.find(b"\r\n\r\n")):
            self._drop(line)
        else:
            self._idle.append(line)

    def _lose(self, line: _Line, why: str) -> None:
        if line.result is None:
            self._idle.remove(line)
        else:
            self._fail(line.result, why)
        self._drop(line)

    def _fail(self, result: Result, why: object) -> None:
        result.ended = time.monotonic()
        result.took_s, result.error = result.ended - result.sent, str(why)
        self._keep(result)

    def _drop(self, line: _Line) -> None:
        del self._lines[line.sock.fileno()]
        self._poll.unregister(line.sock)
        line.sock.close()

    def _time_out(self) -> None:
        now = time.monotonic()
        while self._deadlines and self._deadlines[0][0] <= now:
            _, number, result = heapq.heappop(self._deadlines)
            line = self._lines.get(number)
            if line and line.result is result:
                self._lose(line, "no answer in time")
