"""Bedrock, DynamoDB and KMS on loopback in one process, as fast as Python can be.

    python -m tests.bench.cloud [--eager] [--table strata-dev-usage:tenant,month]

One epoll loop, so each call is atomic; an eager one never sleeps, so that nobody waits for it to
wake up. `GET /stats` tells what Bedrock was asked, and when streams were hung up on, on the
machine's monotonic clock.
"""

from __future__ import annotations

import argparse
import heapq
import itertools
import re
import select
import signal
import socket
import time
from collections import Counter
from typing import Any

from tests.bench import bedrock
from tests.bench.services import called
from tests.fakes.dynamodb import Tables

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Line:
    """One connection: what has come in, and what is still to be streamed, last chunk first."""

    __slots__ = ("heard", "left", "sock")

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.heard = b""
        self.left: list[bytes] = []


class Cloud:
    def __init__(self, keys: dict[str, tuple[str, ...]], *, eager: bool = False) -> None:
        self._tables, self._eager = Tables(keys), eager
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self._poll = select.epoll()
        self._poll.register(self._listener, select.EPOLLIN)
        self._lines: dict[int, Line] = {}
        self._due: list[tuple[float, int, Line, float]] = []
        self._turn = itertools.count()
        self._asked: Counter[str] = Counter()
        self._cuts: list[float] = []
        self._stopped = False

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def stop(self, *_: object) -> None:
        self._stopped = True

    def run(self) -> None:
        while not self._stopped:
            for number, _ in self._poll.poll(self._idle_s()):
                line = self._lines.get(number)
                if line is None:
                    self._accept()
                else:
                    self._hear(line)
            self._stream_what_is_due()

    def _idle_s(self) -> float:
        if self._eager:
            return 0.0
        return max(0.0, self._due[0][0] - time.monotonic()) if self._due else 1.0

    def _accept(self) -> None:
        sock, _ = self._listener.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._lines[sock.fileno()] = Line(sock)
        self._poll.register(sock, select.EPOLLIN)

    def _hear(self, line: Line) -> None:
        try:
            data = line.sock.recv(262_144)
        except OSError:
            data = b""
        if not data:
            return self._hang_up(line)
        line.heard += data
        end = line.heard.find(b"\r\n\r\n")
        if end < 0:
            return None
        length = _LENGTH.search(line.heard, 0, end)
        if len(line.heard) < end + 4 + (int(length[1]) if length else 0):
            return None
        heard, line.heard = line.heard, b""
        return self._answer(line, heard[: heard.find(b" HTTP/")], heard, end)

    def _hang_up(self, line: Line) -> None:
        if line.left:
            self._cuts.append(time.monotonic())
            line.left = []
        del self._lines[line.sock.fileno()]
        self._poll.unregister(line.sock)
        line.sock.close()

    def _answer(self, line: Line, target: bytes, heard: bytes, end: int) -> None:
        if target.endswith(b"/converse"):
            self._asked["converse"] += 1
            line.sock.sendall(bedrock.CONVERSE)
        elif target.endswith(b"/converse-stream"):
            self._asked["converse-stream"] += 1
            self._start(line, bedrock.pace(target))
        elif target.endswith(b"/invoke"):
            self._asked["invoke"] += 1
            line.sock.sendall(bedrock.INVOKE)
        elif target == b"GET /stats":
            line.sock.sendall(bedrock.whole(self._stats()))
        else:
            line.sock.sendall(called(self._tables, heard[: end + 2], heard[end + 4 :]))

    def _start(self, line: Line, pace: bedrock.Pace) -> None:
        if not pace.every_s:
            line.sock.sendall(b"".join(pace.chunks))
            return
        line.sock.sendall(pace.chunks[0])
        line.left = list(reversed(pace.chunks[1:]))
        self._later(time.monotonic() + pace.every_s, line, pace.every_s)

    def _later(self, due: float, line: Line, every_s: float) -> None:
        heapq.heappush(self._due, (due, next(self._turn), line, every_s))

    def _stream_what_is_due(self) -> None:
        while self._due and self._due[0][0] <= time.monotonic():
            due, _, line, every_s = heapq.heappop(self._due)
            if not line.left:
                continue
            try:
                line.sock.sendall(line.left.pop())
            except OSError:
                self._hang_up(line)
            if line.left:
                self._later(due + every_s, line, every_s)

    def _stats(self) -> dict[str, Any]:
        streaming = sum(bool(line.left) for line in self._lines.values())
        return {"asked": self._asked, "cuts": self._cuts, "streaming": streaming}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--eager", action="store_true")
    parser.add_argument("--table", action="append", default=[], help="name:key[,range]; repeatable")
    given = parser.parse_args()
    tables = [table.partition(":") for table in given.table]
    cloud = Cloud({name: tuple(key.split(",")) for name, _, key in tables}, eager=given.eager)
    signal.signal(signal.SIGTERM, cloud.stop)
    print(cloud.port, flush=True)
    cloud.run()


if __name__ == "__main__":
    main()
