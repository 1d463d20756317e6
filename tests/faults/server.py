"""Bedrock's Converse on loopback sockets: each model behaves as it is told to."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from peers import Line
from scripted import converse_reply

# What a model does with one request; whether the connection stays open afterwards.
Behaviour = Callable[[Line], bool]


class FaultServer:
    """`behaviours` maps the id of an application profile to what its model does; others answer."""

    def __init__(self) -> None:
        self.behaviours: dict[str, Behaviour] = {}
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lines: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def calls(self) -> Counter[str]:
        """How many calls of Converse each profile has had."""
        return Counter(profile for profile, _ in self.requests)

    def __enter__(self) -> FaultServer:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
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
            stays = self._behaviour(head.split(b" ")[1], heard.pop())(line)

    def _behaviour(self, target: bytes, request: bytes) -> Behaviour:
        if target == b"/":  # DynamoDB: the usage of an answer is written down
            return replies(200, {})
        profile = unquote(target.decode()).split("/")[-2]
        self.requests.append((profile, json.loads(request.partition(b"\r\n\r\n")[2])))
        return self.behaviours.get(profile, answers)


def answers(line: Line) -> bool:
    return replies(200, converse_reply("34 days."))(line)


def replies(status: int, body: object, *, code: str = "") -> Behaviour:
    """A whole answer; `code` is the error's name as Bedrock sends it, with a link behind it."""
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = f"x-amzn-ErrorType: {code}:http://internal.amazon.com/coral/\r\n" if code else ""
    head = f"HTTP/1.1 {status} Said\r\ncontent-length: {len(text)}\r\n{named}\r\n"

    def reply(line: Line) -> bool:
        line.sock.sendall(head.encode() + text)
        return True

    return reply


def refuses(status: int, code: str) -> Behaviour:
    """An error whose message names an ARN, as Bedrock's do."""
    message = f"arn:aws:bedrock:us-east-1:111111111111:application-inference-profile/x: {code}"
    return replies(status, {"message": message}, code=code)


def says(data: bytes, then: Behaviour) -> Behaviour:
    """Sends so much, as it is, and then something happens."""

    def say(line: Line) -> bool:
        line.sock.sendall(data)
        return then(line)

    return say


def resets(line: Line) -> bool:
    """The peer is gone: RST and not FIN."""
    line.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def hangs(line: Line) -> bool:
    """Says nothing until the other side gives up."""
    with contextlib.suppress(OSError):
        line.sock.recv(1)
    return False


def ends(line: Line) -> bool:
    return False


def drips(line: Line) -> bool:
    """A byte in time for each read, and never the end."""
    line.sock.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
    line.drip(b"{" * 100_000, every_s=0.02)
    return False
