"""The other end of a connection, in memory: a thread on a socket pair, and no port."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from gateway import wire
from gateway.connection import Connection

Script = Callable[["Line"], None]
Dial = Callable[..., "Peers"]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Mixed-Case: Yes\r\n\r\nok"


class Peers:
    """Stands in for `wire._dial`: each connection is played by the next script."""

    def __init__(self, *scripts: Script) -> None:
        self.dialled = 0
        self.requests: list[bytes] = []
        self._scripts = list(scripts)
        self._threads: list[threading.Thread] = []

    def dial(self, host: str, port: int, timeout_s: float, deadline: float) -> socket.socket:
        self.dialled += 1
        ours, theirs = socket.socketpair()
        line = Line(theirs, self.requests)
        thread = threading.Thread(target=line.play, args=[self._scripts.pop(0)])
        self._threads.append(thread)
        thread.start()
        return ours

    def wait(self) -> None:
        for thread in self._threads:
            thread.join(timeout=5)
            assert not thread.is_alive(), "a script waits for something that never came"


def plugged(monkeypatch: pytest.MonkeyPatch) -> Iterator[Dial]:
    """For a fixture: makes peers, to which whatever is dialled from then on is connected."""
    made: list[Peers] = []

    def make(*scripts: Script) -> Peers:
        made.append(Peers(*scripts))
        monkeypatch.setattr(wire, "_dial", made[-1].dial)
        return made[-1]

    yield make
    for one in made:
        one.wait()


def connect(*, tls: bool = False, read_timeout_s: float = 2) -> Iterator[Connection]:
    """For a fixture: a connection that leaves nothing open behind it."""
    made = Connection(
        "aws.example", 443, tls=tls, connect_timeout_s=2, read_timeout_s=read_timeout_s
    )
    yield made
    if made._kept:
        made._kept.hang_up()


class Line:
    """What a script has in its hand."""

    def __init__(self, sock: socket.socket, requests: list[bytes]) -> None:
        self.sock = sock
        self._requests = requests

    def play(self, script: Script) -> None:
        with contextlib.suppress(OSError):
            script(self)
        self.sock.close()

    def hear(self) -> bytes:
        """One whole request, or b"" when the other side has hung up."""
        data = b""
        while b"\r\n\r\n" not in data:
            received = self.sock.recv(65536)
            if not received:
                return b""
            data += received
        head, _, body = data.partition(b"\r\n\r\n")
        wanted = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        while len(body) < wanted:
            body += self.sock.recv(65536)
        self._requests.append(head + b"\r\n\r\n" + body)
        return head

    def drip(self, data: bytes, every_s: float) -> None:
        for byte in data:
            self.sock.sendall(bytes([byte]))
            time.sleep(every_s)


def answers(*replies: bytes) -> Script:
    """Answers each request with the next reply, then hangs up."""

    def script(line: Line) -> None:
        for reply in replies:
            line.hear()
            line.sock.sendall(reply)

    return script


def stays(reply: bytes = OK) -> Script:
    """Answers every request alike for as long as the other side stays."""

    def script(line: Line) -> None:
        while line.hear():
            line.sock.sendall(reply)

    return script


def silent(line: Line) -> None:
    """Takes a request and says nothing."""
    line.hear()
    line.sock.recv(1)


def hangs_up(line: Line) -> None:
    """Takes a request and closes without a word."""
    line.hear()


def says(*data: bytes, then: Script = lambda line: None) -> Script:
    """Takes a request, sends so much, each piece by itself, and then something happens."""

    def script(line: Line) -> None:
        line.hear()
        with contextlib.suppress(ConnectionError):  # it has hung up: `then` may want to know
            for piece in data:
                line.sock.sendall(piece)
        then(line)

    return script


class Notices:
    """Waits for the other side to hang up, and says whether it has."""

    def __init__(self) -> None:
        self.hung_up = False

    def __call__(self, line: Line) -> None:
        with contextlib.suppress(ConnectionError):  # it has not read all that was sent
            assert line.sock.recv(1) == b""
        self.hung_up = True
