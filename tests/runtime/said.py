"""What a function says to Lambda's Runtime API, kept as it comes."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

PATIENCE_S = 20


class Chunk(NamedTuple):
    """`at` is when it came, on `time.perf_counter()`."""

    at: float
    data: bytes


class Said:
    """What a function said to one event, or about its own start; it grows while it is said."""

    def __init__(self) -> None:
        self.path = ""
        self.headers: dict[str, str] = {}
        self.chunks: list[Chunk] = []
        self.trailers: dict[str, str] = {}
        self.is_whole = False
        self._changed = threading.Condition()

    @property
    def body(self) -> bytes:
        return b"".join(chunk.data for chunk in self.chunks)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def is_error(self) -> bool:
        return self.path.endswith("/error")

    @property
    def prelude(self) -> dict[str, Any]:
        """Status and headers of a streamed answer."""
        head, end, _ = self.body.partition(bytes(8))
        assert end, self.body
        prelude: dict[str, Any] = json.loads(head)
        return prelude

    @property
    def streamed(self) -> bytes:
        """The body of a streamed answer."""
        return self.body.partition(bytes(8))[2]

    def wait(self) -> Said:
        """Until all of it is there."""
        self._wait_for(lambda: self.is_whole)
        return self

    def wait_for_chunks(self, count: int) -> None:
        self._wait_for(lambda: len(self.chunks) >= count)

    def arriving(self) -> Iterator[Chunk]:
        """Each chunk when it is there, until the last."""
        seen = 0
        while self._has_more_than(seen):
            yield self.chunks[seen]
            seen += 1

    def _has_more_than(self, seen: int) -> bool:
        self._wait_for(lambda: self.is_whole or len(self.chunks) > seen)
        return len(self.chunks) > seen

    def begin(self, path: str, headers: dict[str, str]) -> None:
        with self._changed:
            self.path, self.headers = path, headers
            self._changed.notify_all()

    def add(self, data: bytes) -> None:
        with self._changed:
            self.chunks.append(Chunk(time.perf_counter(), data))
            self._changed.notify_all()

    def finish(self, trailers: dict[str, str]) -> None:
        with self._changed:
            self.trailers, self.is_whole = trailers, True
            self._changed.notify_all()

    def _wait_for(self, happens: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(happens, PATIENCE_S), "the function has said too little"


class Invocation(Said):
    """An event, and what was said to it; its caller may go away, be refused, or stall."""

    def __init__(self, id: str, headers: dict[str, str], event: bytes) -> None:
        super().__init__()
        self.id, self.sent_headers, self.event = id, headers, event
        self.reading = threading.Event()
        self.reading.set()
        self.connection: socket.socket | None = None

    def hang_up(self) -> None:
        """Ends the connection that the answer comes on."""
        assert self.connection
        self.connection.shutdown(socket.SHUT_RDWR)

    def refuse(self, status: int) -> None:
        """Answers before the function is done, as Lambda does to what is too large."""
        assert self.connection
        self.connection.sendall(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode())

    def stall(self) -> None:
        """Stops reading, without a word."""
        self.reading.clear()
