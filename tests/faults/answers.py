"""What a model can do with a request, whether it is of Converse or of ConverseStream."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable

from peers import Line
from scripted import converse_reply

# What a model does with one request; whether the connection stays open afterwards.
Behaviour = Callable[[Line], bool]


class HungUp(ConnectionError):
    """The client has gone before its answer was whole."""


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
    return replies(status, {"message": told(code)}, code=code)


def told(code: str) -> str:
    return f"arn:aws:bedrock:us-east-1:111111111111:application-inference-profile/x: {code}"


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
    line.sock.recv(1)
    raise HungUp


def ends(line: Line) -> bool:
    return False


def drips(line: Line) -> bool:
    """A byte in time for each read, and never the end."""
    line.sock.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
    line.drip(b"{" * 100_000, every_s=0.02)
    return False
