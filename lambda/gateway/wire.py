"""A socket, plain or TLS, each of whose operations ends within the caller's deadline.

A socket's own timeout is for one operation, so a peer that drips a byte at a time never ends.
"""

from __future__ import annotations

import functools
import io
import os
import select
import socket
import ssl
import time


class Wire:
    def __init__(self, sock: socket.socket, read_timeout_s: float) -> None:
        self._sock = sock
        self._read_timeout_s = read_timeout_s
        self.deadline: float | None = None
        self.heard = False

    @classmethod
    def open(
        cls,
        host: str,
        port: int,
        *,
        tls: bool,
        connect_timeout_s: float,
        read_timeout_s: float,
        deadline: float | None,
    ) -> Wire:
        sock = _dial(host, port, connect_timeout_s, deadline)
        if tls:
            sock = _secure(sock, host, connect_timeout_s, deadline)
        return cls(sock, read_timeout_s)

    def is_quiet(self) -> bool:
        """Whether nothing has come in since the last answer: not even the end of the connection."""
        poll = select.poll()
        poll.register(self._sock, select.POLLIN)
        return not poll.poll(0)

    def send(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self._sock.settimeout(_left(self._read_timeout_s, self.deadline))
            rest = rest[self._sock.send(rest) :]

    def receive_into(self, buffer: bytearray | memoryview) -> int:
        self._sock.settimeout(_left(self._read_timeout_s, self.deadline))
        received = self._sock.recv_into(buffer)
        self.heard = self.heard or received > 0
        return received

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self))

    def hang_up(self) -> None:
        self._sock.close()


class _Reader(io.RawIOBase):
    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        return self._wire.receive_into(buffer)


def _dial(host: str, port: int, timeout_s: float, deadline: float | None) -> socket.socket:
    """Like `socket.create_connection`, whose every address may take the whole timeout."""
    failure = OSError(f"{host} has no address")
    addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for family, kind, protocol, _, address in addresses:
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(_left(timeout_s, deadline))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
        except OSError as error:
            sock.close()
            failure = error
    raise failure


def _secure(
    sock: socket.socket, host: str, timeout_s: float, deadline: float | None
) -> socket.socket:
    try:
        sock.settimeout(_left(timeout_s, deadline))
        trust = _trust(os.environ.get("AWS_CA_BUNDLE") or None)
        return trust.wrap_socket(sock, server_hostname=host)
    except BaseException:
        sock.close()
        raise


@functools.cache
def _trust(ca_bundle: str | None) -> ssl.SSLContext:
    """Reading the system's authorities takes longer than a call: once for all connections."""
    context = ssl.create_default_context(cafile=ca_bundle)
    context.set_alpn_protocols(["http/1.1"])
    return context


def _left(limit_s: float, deadline: float | None) -> float:
    if deadline is None:
        return limit_s
    left = min(limit_s, deadline - time.monotonic())
    if left <= 0:
        raise TimeoutError("the deadline has passed")
    return left
