"""An API key: what one looks like, how it is stored, and whose it is."""

from __future__ import annotations

import binascii
import hmac
import re
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, NamedTuple

    from gateway.aws import Upstream
    from gateway.settings import Settings
else:
    from gateway.record import NamedTuple

# 256 random bits in base64's alphabet for URLs, as `operate/keys` makes them.
_KEY = re.compile("sk-strata-[A-Za-z0-9_-]{43}")
# Of its tenant's groups: a key that was not issued for fewer. No group has this name.
ALL = "*"
# For both calls together, since the caller waits for them before anything else begins.
_DEADLINE_S = 5.0


class Refused(Exception):
    """This opens nothing. Why, and the id of a key that once did, are for the log alone."""

    def __init__(self, reason: str, key_id: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.key_id = reason, key_id


class Caller(NamedTuple):
    """Who calls, the id under which operators know the key, and whose documents it opens.

    `groups` are names with a space between them, or ALL: a context of API Gateway's holds no lists.
    """

    tenant: str
    key_id: str
    groups: str = ""


def caller_of(key: str, *, settings: Settings, upstream: Upstream) -> Caller:
    """Raises Refused, or an UpstreamFailure where nobody can say whose key it is."""
    if not _KEY.fullmatch(key):
        raise Refused("malformed")
    deadline = time.monotonic() + _DEADLINE_S
    hash = _hash(key, settings.keys_mac, upstream, deadline)
    row = _find(hash, settings.keys_table, upstream, deadline)
    if row is None or not hmac.compare_digest(row["key_hash"]["S"], hash):
        raise Refused("unknown")
    return _judged(row, settings)


def _hash(key: str, mac: str, upstream: Upstream, deadline: float) -> str:
    """What the table holds instead of the key; only KMS can make it (docs/decisions/0012)."""
    request = {
        "KeyId": mac,
        "MacAlgorithm": "HMAC_SHA_256",
        "Message": binascii.b2a_base64(key.encode(), newline=False).decode(),
    }
    answer = upstream.kms("GenerateMac", request, deadline)
    return binascii.a2b_base64(answer["Mac"]).hex()


def _find(hash: str, table: str, upstream: Upstream, deadline: float) -> Mapping[str, Any] | None:
    # A key that was issued a moment ago must not be refused: refusals are remembered.
    request: dict[str, Any] = {
        "TableName": table,
        "Key": {"key_hash": {"S": hash}},
        "ConsistentRead": True,
    }
    return upstream.dynamodb("GetItem", request, deadline).get("Item")


def _judged(row: Mapping[str, Any], settings: Settings) -> Caller:
    groups = " ".join(row["groups"]["SS"]) if "groups" in row else ALL
    caller = Caller(row["tenant"]["S"], row["key_id"]["S"], groups)
    if "revoked_at" in row:
        raise Refused("revoked", caller.key_id)
    if int(row["expires_at"]["N"]) <= time.time():
        raise Refused("expired", caller.key_id)
    if caller.tenant not in settings.tenants:
        raise Refused("no such tenant", caller.key_id)
    return caller
