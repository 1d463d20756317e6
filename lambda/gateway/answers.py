"""The table of answers: who has claimed a key, and what came of it; never what was asked."""

from __future__ import annotations

import binascii
import json
import zlib

from gateway.aws import AwsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, NamedTuple

    from gateway.aws import Upstream
else:
    from gateway.record import NamedTuple

RUNNING, WHOLE, STREAM, TOO_LARGE = "running", "whole", "stream", "too large"

_KEPT_S = 24 * 3600
# An item may have 400 kB, names and headers included.
_MOST_BYTES = 350_000
# The fastest: whoever has asked is waiting.
_LEVEL = 1


class Kept(NamedTuple):
    """What the table has for a key; `lease_until` (epoch seconds) matters while it is running."""

    state: str
    claimed_by: str
    body_hash: str
    lease_until: int
    headers: Mapping[str, str]
    body: bytes


class Answers:
    """One attempt's key; no two attempts have a name. Every method raises what `dynamodb` does."""

    def __init__(
        self, key: str, body_hash: str, attempt: str, *, table: str, upstream: Upstream
    ) -> None:
        self._item = {
            "key": {"S": key},
            "body_hash": {"S": body_hash},
            "claimed_by": {"S": attempt},
        }
        self._table, self._upstream = table, upstream

    def claim(self, now: int, lease_until: int, deadline: float) -> bool:
        """Whether the key is this request's now: nobody's before, or a dead one's with this body.

        DynamoDB deletes what has expired when it likes: until then it counts as gone here.
        """
        return self._put(
            {
                "state": {"S": RUNNING},
                "lease_until": {"N": str(lease_until)},
                "expires_at": {"N": str(now + _KEPT_S)},
            },
            "attribute_not_exists(body_hash) OR expires_at <= :now"
            " OR (body_hash = :body_hash AND lease_until <= :now)",
            {":now": {"N": str(now)}, ":body_hash": self._item["body_hash"]},
            deadline,
        )

    def read(self, deadline: float) -> Kept | None:
        request = {
            "TableName": self._table,
            "Key": {"key": self._item["key"]},
            "ConsistentRead": True,
        }
        item = self._upstream.dynamodb("GetItem", request, deadline).get("Item")
        return _kept(item) if item else None

    def keep(
        self, state: str, headers: Mapping[str, str], body: bytes, now: int, deadline: float
    ) -> None:
        """Unless another request has taken the key over."""
        compressed = zlib.compress(body, _LEVEL)
        if len(compressed) > _MOST_BYTES:
            state, compressed = TOO_LARGE, b""
        answer = {
            "state": {"S": state},
            "headers": {"S": json.dumps(dict(headers))},
            "body": {"B": binascii.b2a_base64(compressed, newline=False).decode()},
            "expires_at": {"N": str(now + _KEPT_S)},
        }
        self._put(answer, _OURS, {":us": self._item["claimed_by"]}, deadline)

    def forget(self, deadline: float) -> None:
        """So that the next request with this key runs; unless the key is another's by now."""
        request = {
            "TableName": self._table,
            "Key": {"key": self._item["key"]},
            "ConditionExpression": _OURS,
            "ExpressionAttributeValues": {":us": self._item["claimed_by"]},
        }
        _unless_refused("DeleteItem", request, self._upstream, deadline)

    def _put(
        self, fields: Mapping[str, Any], condition: str, values: Mapping[str, Any], deadline: float
    ) -> bool:
        request = {
            "TableName": self._table,
            "Item": {**self._item, **fields},
            "ConditionExpression": condition,
            "ExpressionAttributeValues": values,
        }
        return _unless_refused("PutItem", request, self._upstream, deadline)


_OURS = "claimed_by = :us"


def _unless_refused(
    operation: str, request: Mapping[str, Any], upstream: Upstream, deadline: float
) -> bool:
    try:
        upstream.dynamodb(operation, request, deadline)
    except AwsError as refused:
        if refused.code != "ConditionalCheckFailedException":
            raise
        return False
    return True


def _kept(item: Mapping[str, Any]) -> Kept:
    body = binascii.a2b_base64(item["body"]["B"]) if "body" in item else b""
    return Kept(
        state=item["state"]["S"],
        claimed_by=item["claimed_by"]["S"],
        body_hash=item["body_hash"]["S"],
        lease_until=int(item["lease_until"]["N"]) if "lease_until" in item else 0,
        headers=json.loads(item["headers"]["S"]) if "headers" in item else {},
        body=zlib.decompress(body) if body else b"",
    )
