"""DynamoDB on loopback: conditions and updates for real, one after the other, and quickly.

    python -m tests.fakes.dynamodb --port 0

prints its port and serves the dev environment's tables, or `--table name:key[,range]`, until it is
killed. In a test it is a thread:

    with Dynamodb(KEYS) as store: ... store.url ...
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import selectors
import socket
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tests.fakes.tables import KEYS, Refused, Request, Tables, on_the_wire, plain

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_OPERATION = re.compile(rb"\r\nx-amz-target: *DynamoDB_20120810\.(\w+)", re.IGNORECASE)


class Fault(NamedTuple):
    """What goes wrong with one call, which is `carried_out` all the same, or not.

    No answer is silence for ever; an empty one breaks the connection.
    """

    carried_out: bool
    answer: bytes | None


_TOO_FAST = Refused("ProvisionedThroughputExceededException", "The table's throughput is exceeded")
_INTERNAL = Refused("InternalServerError", "Internal server error", status=500)

THROTTLED = Fault(False, _TOO_FAST.answer)
BROKEN, BROKEN_AFTERWARDS = Fault(False, _INTERNAL.answer), Fault(True, _INTERNAL.answer)
HANGS, HANGS_AFTERWARDS = Fault(False, None), Fault(True, None)
RESETS, RESETS_AFTERWARDS = Fault(False, b""), Fault(True, b"")


class _Line:
    """One connection, and what has come in on it."""

    __slots__ = ("heard", "sock")

    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.heard = sock, b""


class Dynamodb:
    """One thread serves every connection, so that each call is atomic.

    `fault` is asked before each call; what it returns goes wrong. `calls` counts them by operation.
    """

    def __init__(self, keys: Mapping[str, tuple[str, ...]], *, port: int = 0) -> None:
        self.tables = Tables(keys)
        self.fault: Callable[[str, Request], Fault | None] = lambda _operation, _request: None
        self.calls: Counter[str] = Counter()
        self._listener = socket.create_server(("127.0.0.1", port), backlog=1024)
        self._wake, self._woken = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._thread = threading.Thread(target=self.serve)

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def row(self, table: str, *key: str) -> dict[str, Any]:
        return plain(self.tables.rows[table].get(key, {}))

    def __enter__(self) -> Dynamodb:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._wake.close()
        self._thread.join()

    def serve(self) -> None:
        """Until the process or the `with` ends."""
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._woken:
                    return self._close()
                if key.fileobj is self._listener:
                    self._accept()
                else:
                    self._hear(key.data)

    def _accept(self) -> None:
        sock, _ = self._listener.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(sock, selectors.EVENT_READ, _Line(sock))

    def _hear(self, line: _Line) -> None:
        try:
            received = line.sock.recv(1 << 16)
        except OSError:
            received = b""
        if not received:
            return self._hang_up(line)
        line.heard += received
        head, end, body = line.heard.partition(b"\r\n\r\n")
        length = _LENGTH.search(head) if end else None
        if length and len(body) >= int(length[1]):
            line.heard = b""  # nobody sends the next request before the answer
            self._answer(line, head, body)

    def _answer(self, line: _Line, head: bytes, body: bytes) -> None:
        found = _OPERATION.search(head)
        answer = self._do(found[1].decode() if found else "", json.loads(body))
        if answer == b"":
            return self._hang_up(line)
        with contextlib.suppress(OSError):
            line.sock.sendall(answer or b"")

    def _do(self, operation: str, request: Request) -> bytes | None:
        self.calls[operation] += 1
        fault = self.fault(operation, request)
        if fault is None:
            return self._call(operation, request)
        if fault.carried_out:
            self._call(operation, request)
        return fault.answer

    def _call(self, operation: str, request: Request) -> bytes:
        try:
            return on_the_wire(200, self.tables.call(operation, request))
        except Refused as refused:
            return refused.answer

    def _hang_up(self, line: _Line) -> None:
        self._selector.unregister(line.sock)
        line.sock.close()

    def _close(self) -> None:
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._selector.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--table", action="append", default=[], help="name:key[,range]; repeatable")
    given = parser.parse_args()
    named = [table.partition(":") for table in given.table]
    tables = {name: tuple(keys.split(",")) for name, _, keys in named}
    store = Dynamodb(tables or KEYS, port=given.port)
    print(store.port, flush=True)
    store.serve()


if __name__ == "__main__":
    main()
