"""Bedrock's ConverseStream on loopback, at a model's pace: a word, then a pause."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator, Sequence

from tests.bench.frames import usage
from tests.unit.gateway.frames import event

_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\n"
    b"transfer-encoding: chunked\r\n\r\n"
)


class SlowBedrock:
    """`said` is when each word left, `gone` when the function hung up; on `time.perf_counter()`."""

    def __init__(self, words: Sequence[str], pause_s: float) -> None:
        self._words, self._pause_s = words, pause_s
        self.said: list[float] = []
        self.gone = 0.0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> SlowBedrock:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        """One connection after the other, as the function has one at a time."""
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with connection, contextlib.suppress(OSError):
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self._answer_all(connection)

    def _answer_all(self, connection: socket.socket) -> None:
        while connection.recv(65536):  # a request of the demo is smaller than that
            connection.sendall(_HEAD)
            for data in self._frames():
                connection.sendall(b"%x\r\n%b\r\n" % (len(data), data))
                connection.settimeout(self._pause_s)
                with contextlib.suppress(TimeoutError):
                    connection.recv(1)  # it has nothing to say, so it has hung up
                    self.gone = time.perf_counter()
                    return
                connection.settimeout(None)
            connection.sendall(b"0\r\n\r\n")

    def _frames(self) -> Iterator[bytes]:
        yield event({"messageStart": {"role": "assistant"}})
        for word in self._words:
            self.said.append(time.perf_counter())
            yield event({"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": word}}})
        yield event({"contentBlockStop": {"contentBlockIndex": 0}})
        yield event({"messageStop": {"stopReason": "end_turn"}})
        told = {"usage": usage(len(self._words)), "metrics": {"latencyMs": 1}}
        yield event({"metadata": told})
