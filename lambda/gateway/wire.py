"""A socket, plain or TLS, each of whose operations ends when the caller's patience does.

A socket's own timeout is for one operation, so a peer that drips a byte at a time never ends.
"""

from __future__ import annotations

import functools
import os
import select
import socket
import ssl
import time

from gateway.failures import TimedOut, Unreachable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from gateway.failures import UpstreamFailure
    from gateway.patience import Patience

    Done = TypeVar("Done")

_MOST = 65536


class Wire:
    """`heard` is whether anything came back for what was sent last. `name` is for the log."""

    def __init__(self, sock: socket.socket, name: str = "") -> None:
        self.heard = False
        self._sock, self.name = sock, name
        self._receive = functools.partial(sock.recv, _MOST)
        self._limit_s = -1.0

    @classmethod
    def open(
        cls, host: str, port: int, *, tls: bool, connect_timeout_s: float, deadline: float
    ) -> Wire:
        """Name resolution is the one step that cannot be cut short: the system's resolver decides.

        Raises TimedOut or Unreachable, like all that a wire does.
        """
        name = f"{host}:{port}"
        try:
            sock = _dial(host, port, connect_timeout_s, deadline)
            if tls:
                sock = _secure(sock, host, connect_timeout_s, deadline)
        except OSError as error:
            raise _failure(name, error) from error
        return cls(sock, name)

    def is_quiet(self) -> bool:
        """Whether nothing has come in since the last answer: not even the end of the connection."""
        poll = select.poll()
        poll.register(self._sock, select.POLLIN)
        return not poll.poll(0)

    def send(self, data: bytes, patience: Patience) -> None:
        self.heard = False
        rest = memoryview(data)
        while rest:
            rest = rest[self._patiently(functools.partial(self._sock.send, rest), patience) :]

    def receive(self, patience: Patience) -> bytes:
        """What has come, as soon as something has; nothing at the end of the connection."""
        received = self._patiently(self._receive, patience)
        self.heard = self.heard or bool(received)
        return received

    def hang_up(self) -> None:
        self._sock.close()

    def _patiently(self, operation: Callable[[], Done], patience: Patience) -> Done:
        started = time.monotonic()
        while True:
            self._limit(patience.left(started))
            try:
                return operation()
            except TimeoutError:
                continue
            except OSError as error:
                raise _failure(self.name, error) from error

    def _limit(self, limit_s: float) -> None:
        """Almost always the same, and then no call of the system's."""
        if limit_s <= 0:
            raise TimedOut("no answer in time", detail=self.name)
        if limit_s != self._limit_s:
            self._sock.settimeout(limit_s)
            self._limit_s = limit_s


def _failure(name: str, error: OSError) -> UpstreamFailure:
    detail = f"{name}: {type(error).__name__}: {error}"
    if isinstance(error, TimeoutError):
        return TimedOut("no answer in time", detail=detail)
    return Unreachable("the connection failed", detail=detail)


def _dial(host: str, port: int, timeout_s: float, deadline: float) -> socket.socket:
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


def _secure(sock: socket.socket, host: str, timeout_s: float, deadline: float) -> socket.socket:
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


def _left(limit_s: float, deadline: float) -> float:
    left = min(limit_s, deadline - time.monotonic())
    if left <= 0:
        raise TimeoutError("the deadline has passed")
    return left
