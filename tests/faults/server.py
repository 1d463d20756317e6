"""Bedrock's Converse and ConverseStream on loopback sockets: each model behaves as it is told to.

    with FaultServer() as server:
        server.behaviours = {"prof1": BEHAVIOURS["throttled"]}              # of behaviours.py
        server.behaviours = {"prof1": STREAM_BEHAVIOURS["cut", "in the middle"]}
        ...                                   # ask the gateway; AWS_ENDPOINT_URL_… is server.url
        server.calls                          # {"prof1": 1, "prof2": 1}: by application profile
        server.requests[-1]                   # ("prof2", {"messages": [...], ...}), the last 1,000
        [hang_up] = server.wait_for_hang_ups()  # the client left before its answer was whole
        server.requests.clear()               # forgets the calls, too

A profile without a behaviour answers, in a stream if it was asked for one. A behaviour is what a
model does with one request, whichever of the two operations it is of.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections import Counter, deque
from typing import Any, NamedTuple
from urllib.parse import unquote

from peers import Line

from tests.faults.answers import (
    Behaviour,
    answers,
    drips,
    ends,
    hangs,
    refuses,
    replies,
    resets,
    says,
)
from tests.faults.streams import streams

__all__ = [
    "Behaviour",
    "FaultServer",
    "answers",
    "drips",
    "ends",
    "hangs",
    "refuses",
    "replies",
    "resets",
    "says",
    "streams",
]

_REMEMBERED = 1_000


class HangUp(NamedTuple):
    """`at` is on `time.monotonic()`."""

    profile: str
    at: float


class Requests(deque[tuple[str, dict[str, Any]]]):
    """The last requests, and how many there have been of each profile."""

    def __init__(self) -> None:
        super().__init__(maxlen=_REMEMBERED)
        self.counts: Counter[str] = Counter()

    def append(self, request: tuple[str, dict[str, Any]]) -> None:
        super().append(request)
        self.counts[request[0]] += 1

    def clear(self) -> None:
        super().clear()
        self.counts.clear()


class FaultServer:
    """`behaviours` maps the id of an application profile to what its model does; others answer."""

    def __init__(self) -> None:
        self.behaviours: dict[str, Behaviour] = {}
        self.requests = Requests()
        self.hang_ups: list[HangUp] = []
        self._changed = threading.Condition()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lines: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._closing = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def calls(self) -> Counter[str]:
        """How many calls of Converse and ConverseStream each profile has had."""
        return self.requests.counts.copy()

    def wait_for_hang_ups(self, count: int = 1, *, within_s: float = 5.0) -> list[HangUp]:
        """All of them, as soon as there are so many."""
        with self._changed:
            enough = self._changed.wait_for(lambda: len(self.hang_ups) >= count, within_s)
            assert enough, f"{len(self.hang_ups)} of {count} clients hung up within {within_s} s"
            return list(self.hang_ups)

    def __enter__(self) -> FaultServer:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing = True
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept
        for line in self._lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=5)
            assert not thread.is_alive(), "a behaviour waits for something that never came"
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = self._listener.accept()
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._lines.append(line)
                self._threads.append(threading.Thread(target=self._serve, args=[line]))
                self._threads[-1].start()

    def _serve(self, sock: socket.socket) -> None:
        heard: list[bytes] = []
        Line(sock, heard).play(lambda line: self._answer_all(line, heard))

    def _answer_all(self, line: Line, heard: list[bytes]) -> None:
        stays = True
        while stays and (head := line.hear()):
            stays = self._answer(line, head.split(b" ")[1].decode(), heard.pop())

    def _answer(self, line: Line, target: str, request: bytes) -> bool:
        if target == "/":  # DynamoDB and KMS: what the gateway writes down is well received
            return replies(200, {})(line)
        *_, profile, operation = unquote(target).split("/")
        self.requests.append((profile, json.loads(request.partition(b"\r\n\r\n")[2])))
        whole = streams() if operation == "converse-stream" else answers
        try:
            return self.behaviours.get(profile, whole)(line)
        except ConnectionError:
            self._remember(HangUp(profile, time.monotonic()))
            raise

    def _remember(self, hang_up: HangUp) -> None:
        with self._changed:
            if not self._closing:
                self.hang_ups.append(hang_up)
                self._changed.notify_all()
