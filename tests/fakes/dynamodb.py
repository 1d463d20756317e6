"""DynamoDB on loopback: conditions and updates for real, one after the other, and quickly.

    python -m tests.fakes.dynamodb --port 0 --table strata-dev-usage:tenant,month

prints its port and serves until it is killed. In a test it is a thread:

    with Dynamodb({"strata-dev-usage": ("tenant", "month")}) as store: ... store.url ...
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

from tests.fakes.expressions import Given, Invalid, Item, condition, placeholders, update

Request = Mapping[str, Any]

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_OPERATION = re.compile(rb"\r\nx-amz-target: *DynamoDB_20120810\.(\w+)", re.IGNORECASE)
_HEAD = (
    b"HTTP/1.1 %d Said\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: %d\r\n\r\n"
)


class Refused(Exception):
    """An error of DynamoDB's."""

    def __init__(
        self, code: str, message: str, *, status: int = 400, item: Item | None = None
    ) -> None:
        super().__init__(message)
        self.code, self.status = code, status
        name = f"com.amazonaws.dynamodb.v20120810#{code}"
        body = {"__type": name, "message": message, **({"Item": item} if item else {})}
        self.answer = _message(status, body)


class Fault(NamedTuple):
    """What goes wrong with one call, which is `carried_out` all the same, or not.

    No answer is silence for ever; an empty one breaks the connection.
    """

    carried_out: bool
    answer: bytes | None


def _message(status: int, body: object) -> bytes:
    text = json.dumps(body, separators=(",", ":")).encode()
    return _HEAD % (status, len(text)) + text


_TOO_FAST = Refused("ProvisionedThroughputExceededException", "The table's throughput is exceeded")
_INTERNAL = Refused("InternalServerError", "Internal server error", status=500)

THROTTLED = Fault(False, _TOO_FAST.answer)
BROKEN, BROKEN_AFTERWARDS = Fault(False, _INTERNAL.answer), Fault(True, _INTERNAL.answer)
HANGS, HANGS_AFTERWARDS = Fault(False, None), Fault(True, None)
RESETS, RESETS_AFTERWARDS = Fault(False, b""), Fault(True, b"")


class Tables:
    """The rows. Not thread-safe: whoever holds them does one thing at a time."""

    def __init__(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        self._keys = {name: tuple(key) for name, key in keys.items()}
        self.rows: dict[str, dict[tuple[str, ...], Item]] = {name: {} for name in keys}

    def call(self, operation: str, request: Request) -> dict[str, Any]:
        does = {
            "GetItem": self._get,
            "PutItem": self._put,
            "UpdateItem": self._update,
            "DeleteItem": self._delete,
            "Scan": self._scan,
        }
        if operation not in does:
            raise Refused("UnknownOperationException", f"{operation} is not in this fake")
        try:
            return does[operation](request)
        except Invalid as invalid:
            raise Refused("ValidationException", str(invalid)) from None

    def _get(self, request: Request) -> dict[str, Any]:
        item = self._table(request).get(self._key(request, request["Key"]))
        return {"Item": item} if item else {}

    def _scan(self, request: Request) -> dict[str, Any]:
        items = list(self._table(request).values())
        return {"Items": items, "Count": len(items), "ScannedCount": len(items)}

    def _put(self, request: Request) -> dict[str, Any]:
        new: Item = dict(request["Item"])
        key = self._key(request, {name: new[name] for name in self._key_names(request)})
        old = self._checked(request, key)
        self._table(request)[key] = new
        return _returned(request, old, new)

    def _delete(self, request: Request) -> dict[str, Any]:
        key = self._key(request, request["Key"])
        old = self._checked(request, key)
        self._table(request).pop(key, None)
        return _returned(request, old, {})

    def _update(self, request: Request) -> dict[str, Any]:
        key = self._key(request, request["Key"])
        old = self._checked(request, key, request.get("UpdateExpression", ""))
        new: Item = {**old, **request["Key"]}
        given = _given(request, old)
        for change in update(request.get("UpdateExpression", "")):
            change(given, new)
        self._table(request)[key] = new
        return _returned(request, old, new)

    def _checked(self, request: Request, key: tuple[str, ...], updates: str = "") -> Item:
        """The row as it is, if the request's condition is true of it."""
        old = self._table(request).get(key, {})
        asked = request.get("ConditionExpression", "")
        _check_placeholders(request, asked, updates)
        if asked and not condition(asked)(_given(request, old)):
            shown = request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and old
            message = "The conditional request failed"
            raise Refused("ConditionalCheckFailedException", message, item=old if shown else None)
        return old

    def _table(self, request: Request) -> dict[tuple[str, ...], Item]:
        try:
            return self.rows[request["TableName"]]
        except KeyError:
            raise Refused("ResourceNotFoundException", "Requested resource not found") from None

    def _key_names(self, request: Request) -> tuple[str, ...]:
        self._table(request)
        return self._keys[request["TableName"]]

    def _key(self, request: Request, key: Item) -> tuple[str, ...]:
        names = self._key_names(request)
        if key.keys() != set(names) or any("S" not in key[name] for name in names):
            raise Invalid("The provided key element does not match the schema")
        return tuple(key[name]["S"] for name in names)


def _given(request: Request, item: Item) -> Given:
    values = request.get("ExpressionAttributeValues", {})
    return Given(item, values, request.get("ExpressionAttributeNames", {}))


def _check_placeholders(request: Request, *expressions: str) -> None:
    used = placeholders(*expressions)
    given = {
        *request.get("ExpressionAttributeValues", ()),
        *request.get("ExpressionAttributeNames", ()),
    }
    if unused := given - used:
        raise Invalid(f"Value provided unused in expressions: keys: {sorted(unused)}")
    if missing := used - given:
        raise Invalid(f"Invalid expression: used but not defined: {sorted(missing)}")


def _returned(request: Request, old: Item, new: Item) -> dict[str, Any]:
    shown = {"ALL_OLD": old, "ALL_NEW": new}.get(request.get("ReturnValues", "NONE"))
    return {"Attributes": shown} if shown else {}


def plain(item: Item) -> dict[str, Any]:
    """Numbers as ints; bytes stay in base64."""
    return {
        name: int(text) if kind == "N" else text
        for name, value in item.items()
        for kind, text in value.items()
    }


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
            return _message(200, self.tables.call(operation, request))
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
    tables = [table.partition(":") for table in given.table]
    store = Dynamodb({name: tuple(key.split(",")) for name, _, key in tables}, port=given.port)
    print(store.port, flush=True)
    store.serve()


if __name__ == "__main__":
    main()
