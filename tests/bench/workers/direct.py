"""The floor: bytes that are ready are sent over an open socket, and what answers is looked at."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

_BODY = b'{"messages":[{"role":"user","content":[{"text":"How long is the refund window?"}]}]}'


class Caller:
    def __init__(self) -> None:
        url = urlsplit(os.environ["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"])
        self._sock = socket.create_connection((url.hostname, url.port))
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def whole(self, model: str) -> None:
        self._sock.sendall(_request(model, "converse"))
        data = self._sock.recv(65_536)
        assert data.endswith(b"}")

    def stream(self, model: str) -> Iterator[object]:
        self._sock.sendall(_request(model, "converse-stream"))
        data = b""
        while not data.endswith(b"\r\n0\r\n\r\n"):
            data += self._sock.recv(65_536)
            if b"word" in data:
                yield data


def _request(model: str, operation: str) -> bytes:
    head = f"POST /model/{model}/{operation} HTTP/1.1\r\nhost: fake\r\ncontent-length: {len(_BODY)}"
    return head.encode() + b"\r\n\r\n" + _BODY
