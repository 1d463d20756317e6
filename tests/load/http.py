"""HTTP/1.1 as the load server needs it: one request read, one answer written."""

from __future__ import annotations

import select
import socket
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import unquote

_HEAD_AT_MOST = 65_536


class Asked(NamedTuple):
    """`headers` keeps every value; names are as they came."""

    method: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """The last value, as API Gateway's `headers` has it."""
        return next((v for n, v in reversed(self.headers) if n.lower() == name), "")


class BadRequest(Exception):
    """Not HTTP/1.1 as we read it: the connection ends."""


class Connection:
    """A caller's connection, that is read and written by one thread."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._rest = b""
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def read(self) -> Asked | None:
        """The next request; None when the caller has hung up."""
        data = self._rest
        while (end := data.find(b"\r\n\r\n")) < 0:
            if len(data) > _HEAD_AT_MOST:
                raise BadRequest
            if not (more := self.sock.recv(65_536)):
                return None
            data += more
        method, target, headers = _head(data[:end])
        length = _length(headers)
        body = data[end + 4 :]
        while len(body) < length:
            if not (more := self.sock.recv(262_144)):
                return None
            body += more
        self._rest = body[length:]
        path, _, query = target.partition("?")
        return Asked(method, unquote(path), query, headers, body[:length])

    def write(self, status: int, headers: dict[str, str], body: bytes, *, stays: bool) -> None:
        sized = {**headers, "content-length": str(len(body))}
        self.sock.sendall(_start(status, sized, stays) + body)

    def begin(self, status: int, headers: dict[str, str], chunk: bytes, *, stays: bool) -> None:
        """Head and first chunk leave together."""
        head = _start(status, {**headers, "transfer-encoding": "chunked"}, stays)
        self.sock.sendall(head + _chunk(chunk))

    def go_on(self, chunk: bytes) -> None:
        if chunk:
            self.sock.sendall(_chunk(chunk))

    def finish(self) -> None:
        self.sock.sendall(b"0\r\n\r\n")

    def is_gone(self) -> bool:
        """Whether the caller has hung up; what it has sent meanwhile stays unread."""
        poll = select.poll()
        poll.register(self.sock, select.POLLIN | select.POLLRDHUP)
        try:
            return any(
                event & (select.POLLRDHUP | select.POLLHUP | select.POLLERR)
                for _, event in poll.poll(0)
            )
        except OSError:
            return True


def _head(data: bytes) -> tuple[str, str, list[tuple[str, str]]]:
    first, *lines = data.decode("latin-1").split("\r\n")
    try:
        method, target, version = first.split(" ")
    except ValueError:
        raise BadRequest from None
    if version != "HTTP/1.1" or not target.startswith("/"):
        raise BadRequest
    headers = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise BadRequest
        headers.append((name, value.strip()))
    return method, target, headers


def _length(headers: list[tuple[str, str]]) -> int:
    """One length, in digits; a coded body is nothing that this server reads."""
    lengths = {value for name, value in headers if name.lower() == "content-length"}
    if any(name.lower() == "transfer-encoding" for name, _ in headers) or len(lengths) > 1:
        raise BadRequest
    length = lengths.pop() if lengths else "0"
    if not (length.isascii() and length.isdigit()):
        raise BadRequest
    return int(length)


def _start(status: int, headers: dict[str, str], stays: bool) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if not stays:
        lines.append("connection: close")
    return "\r\n".join([*lines, "", ""]).encode()


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)
