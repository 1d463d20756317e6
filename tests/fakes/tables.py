"""DynamoDB's tables: what each call does to the rows, and what it is refused for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.fakes.expressions import Given, Invalid, Item, condition, placeholders, update

Request = Mapping[str, Any]

# The dev environment's.
KEYS: dict[str, tuple[str, ...]] = {
    "strata-dev-usage": ("tenant", "month"),
    "strata-dev-answers": ("key",),
    "strata-dev-keys": ("key_hash",),
}


_HEAD = (
    b"HTTP/1.1 %d Said\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: %d\r\n\r\n"
)


def on_the_wire(status: int, body: object) -> bytes:
    text = json.dumps(body, separators=(",", ":")).encode()
    return _HEAD % (status, len(text)) + text


class Refused(Exception):
    """An error of DynamoDB's."""

    def __init__(
        self, code: str, message: str, *, status: int = 400, item: Item | None = None
    ) -> None:
        super().__init__(message)
        self.code, self.status = code, status
        name = f"com.amazonaws.dynamodb.v20120810#{code}"
        body = {"__type": name, "message": message, **({"Item": item} if item else {})}
        self.answer = on_the_wire(status, body)


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
