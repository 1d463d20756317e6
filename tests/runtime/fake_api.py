"""Lambda's Runtime API on loopback: hands out events, and keeps what the function says to them.

Written after AWS's runtime interface emulator: an event of more than 2 KB goes out in chunks, since
Go does that. Every function of this folder, ours or awslambdaric's, runs against it unmodified.
"""

from __future__ import annotations

import contextlib
import json
import queue
import select
import socket
import threading
import time
from typing import BinaryIO

from tests.runtime.said import PATIENCE_S, Invocation, Said

_ARN = "arn:aws:lambda:us-east-1:111111111111:function:strata-test"
_CHUNKED_FROM = 2048


class FakeApi:
    """Serves one function process after the other, each on as many connections as it likes."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.nexts: list[float] = []  # when each request for an event came
        self.init_error = Said()
        self.connections = 0
        self.answer_status = "202 Accepted"
        # Besides events: a status instead of one, or None at the end.
        self._waiting: queue.SimpleQueue[Invocation | str | None] = queue.SimpleQueue()
        self._invocations: dict[str, Invocation] = {}
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept)]
        self._asked = threading.Condition()

    def __enter__(self) -> FakeApi:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept
        for invocation in self._invocations.values():
            invocation.reading.set()
        self.drop_connections()
        for _thread in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join(timeout=5)
            assert not thread.is_alive(), "a connection of the fake Runtime API hangs"
        self._listener.close()

    def invoke(
        self, event: object = None, *, left_ms: int = 30_000, trace_id: str = "", raw: bytes = b""
    ) -> Invocation:
        """Queues an event; `raw` is sent as it is."""
        id = f"00000000-0000-4000-8000-{len(self._invocations):012d}"
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": id,
            "Lambda-Runtime-Deadline-Ms": str(round(time.time() * 1000) + left_ms),
            "Lambda-Runtime-Invoked-Function-Arn": _ARN,
        }
        if trace_id:
            headers["Lambda-Runtime-Trace-Id"] = trace_id
        invocation = Invocation(id, headers, raw or json.dumps(event).encode())
        self._invocations[id] = invocation
        self._waiting.put(invocation)
        return invocation

    def wait_for_nexts(self, count: int) -> None:
        """Until the function has asked for so many events."""
        with self._asked:
            asked = self._asked.wait_for(lambda: len(self.nexts) >= count, PATIENCE_S)
        assert asked, f"the function has asked for {len(self.nexts)} events, not for {count}"

    def drop_connections(self) -> None:
        """As if the API's process had been replaced."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def refuse_next(self, status: str) -> None:
        """Answers the request for an event that waits, or the next one, with no event."""
        self._waiting.put(status)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._open.add(connection)
                self.connections += 1
                self._threads.append(threading.Thread(target=self._serve, args=[connection]))
                self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as reader, contextlib.suppress(OSError):
            while line := reader.readline():
                method, target, _ = line.decode().split()
                path = target.removeprefix("/2018-06-01/runtime/")
                if method == "GET" and path == "invocation/next":
                    _headers(reader)
                    self._hand_out(connection)
                else:
                    self._take(path, reader, connection)
        self._open.discard(connection)

    def _hand_out(self, connection: socket.socket) -> None:
        with self._asked:
            self.nexts.append(time.perf_counter())
            self._asked.notify_all()
        given = self._waiting.get()
        if select.select([connection], [], [], 0)[0]:  # nobody waits on this one any more
            self._waiting.put(given)
            raise ConnectionError("the function has hung up")
        if isinstance(given, Invocation):
            connection.sendall(_response("200 OK", given.sent_headers, given.event))
        elif given is not None:
            connection.sendall(_response(given, {}, b""))

    def _take(self, path: str, reader: BinaryIO, connection: socket.socket) -> None:
        said = self._said_about(path, connection)
        said.begin(path, headers := _headers(reader))
        trailers: dict[str, str] = {}
        if headers.get("transfer-encoding") == "chunked":
            while data := _chunk(reader):
                said.add(data)
                if isinstance(said, Invocation):
                    said.reading.wait()
            trailers = _headers(reader)
        else:
            said.add(reader.read(int(headers["content-length"])))
        connection.sendall(_response(self.answer_status, {}, b'{"status":"OK"}\n'))
        said.finish(trailers)

    def _said_about(self, path: str, connection: socket.socket) -> Said:
        if path == "init/error":
            return self.init_error
        invocation = self._invocations[path.split("/")[1]]
        invocation.connection = connection
        return invocation


def _headers(reader: BinaryIO) -> dict[str, str]:
    headers = {}
    while line := reader.readline().decode().strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return headers


def _chunk(reader: BinaryIO) -> bytes:
    """The next one; the last is empty, and trailers may follow it."""
    line = reader.readline()
    if not line:
        raise ConnectionError("the function has hung up")
    size = int(line, 16)
    data = reader.read(size)
    if len(data) < size or (size and reader.readline() != b"\r\n"):
        raise ConnectionError("the function has hung up, or its chunk is wrong")
    return data


def _response(status: str, headers: dict[str, str], body: bytes) -> bytes:
    if len(body) > _CHUNKED_FROM:
        framing = {"Transfer-Encoding": "chunked"}
        half = len(body) // 2
        pieces = (body[:half], body[half:], b"")
        body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    else:
        framing = {"Content-Length": str(len(body))}
    lines = [f"{name}: {value}" for name, value in {**headers, **framing}.items()]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode() + body
