"""Who is calling: the key of the `Authorization` header, looked up by its hash.

API Gateway asks before any body is read, and remembers the answer for 60 seconds.
"""

from __future__ import annotations

import hashlib
import time

from gateway.aws import client
from gateway.settings import settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from gateway.aws import Upstream
    from gateway.settings import Settings

PREFIX = "sk-strata-"
_DEADLINE_S = 5.0


class Unauthorized(Exception):
    """API Gateway answers 401 to exactly this text, and 500 to any other."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    tenant = authorize(event.get("headers") or {}, settings=settings(), upstream=client())
    return _allow(tenant, event["methodArn"])


def authorize(headers: Mapping[str, str], *, settings: Settings, upstream: Upstream) -> str:
    """The tenant whose key this is; raises Unauthorized for every other key, whatever is wrong."""
    row = _find(_bearer(headers), settings.keys_table, upstream)
    tenant: str = row.get("tenant", {}).get("S", "")
    expires = float(row.get("expires_at", {}).get("N", "inf"))
    if tenant not in settings.tenants or expires <= time.time():
        raise Unauthorized
    return tenant


def key_hash(key: str) -> str:
    """How a key is stored: 256 random bits need no salt."""
    return hashlib.sha256(key.encode()).hexdigest()


def _bearer(headers: Mapping[str, str]) -> str:
    given = next((v for name, v in headers.items() if name.lower() == "authorization"), "")
    scheme, _, key = given.partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not key.startswith(PREFIX) or not key.isascii():
        raise Unauthorized
    return key


def _find(key: str, table: str, upstream: Upstream) -> dict[str, Any]:
    request = {"TableName": table, "Key": {"key_hash": {"S": key_hash(key)}}}
    answer = upstream.dynamodb("GetItem", request, time.monotonic() + _DEADLINE_S)
    row: dict[str, Any] = answer.get("Item", {})
    return row


def _allow(tenant: str, method_arn: str) -> dict[str, Any]:
    """The whole stage, so that the remembered answer serves every route."""
    api, stage, *_ = method_arn.split("/")
    return {
        "principalId": tenant,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "execute-api:Invoke",
                    "Effect": "Allow",
                    "Resource": f"{api}/{stage}/*",
                }
            ],
        },
        "context": {"tenant": tenant},
    }
