"""A connection to Lambda's Runtime API: bytes out, answers of HTTP/1.1 in.

The API is one small server on loopback, and this reads no more HTTP than it speaks. It is not built
on `gateway.http1`, so that the loop can still say that the request path does not load.
"""

from __future__ import annotations

import select
import socket
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Line:
    """Everything raises an OSError when the other end does not do its part."""

    def __init__(self, address: str) -> None:
        self._address = address
        host, _, port = address.rpartition(":")
        self._sock = socket.create_connection((host, int(port)))
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._sock.makefile("rb")
        self._poll = select.poll()
        self._poll.register(self._sock, select.POLLIN)

    def close(self) -> None:
        self._file.close()
        self._sock.close()

    def is_heard(self) -> bool:
        """Whether there is something to read: an answer, or that the other end has hung up."""
        return bool(self._poll.poll(0))

    def waits(self, stop: int) -> bool:
        """Waits for something to read; False if there is none when `stop` can be read."""
        ours = self._sock.fileno()
        return ours in select.select([ours, stop], [], [])[0]

    def head(self, method: str, path: str, headers: Mapping[str, str]) -> bytes:
        lines = [f"{method} /2018-06-01/runtime/{path} HTTP/1.1", f"Host: {self._address}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode()

    def send(self, data: bytes) -> None:
        self._sock.sendall(data)

    def send_before(self, deadline: float, data: bytes) -> None:
        """TimeoutError if the other end has not taken it all by then, on `time.time()`."""
        try:
            sent = self._sock.send(data, socket.MSG_DONTWAIT)
        except BlockingIOError:
            sent = 0
        if sent < len(data):  # more than its buffer holds
            self._sock.settimeout(max(deadline - time.time(), 0.001))
            self._sock.sendall(memoryview(data)[sent:])
            self._sock.settimeout(None)

    def receive(self) -> tuple[int, dict[str, str], bytes]:
        """An answer: its status, its headers by lower-case name, its body."""
        status = int(self._text().split()[1])
        headers = {}
        while text := self._text():
            name, _, value = text.partition(":")
            headers[name.lower()] = value.strip()
        if headers.get("transfer-encoding") == "chunked":
            return status, headers, b"".join(self._chunks())
        return status, headers, self._exactly(int(headers.get("content-length", 0)))

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self._text(), 16):
            yield self._exactly(size)
            self._text()
        self._text()

    def _text(self) -> str:
        line = self._file.readline()
        if not line.endswith(b"\n"):
            raise ConnectionError("the Runtime API has hung up")
        return line.decode("latin-1").rstrip("\r\n")

    def _exactly(self, size: int) -> bytes:
        data = self._file.read(size)
        if len(data) < size:
            raise ConnectionError("the Runtime API has hung up")
        return data
