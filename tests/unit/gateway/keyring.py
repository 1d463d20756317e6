"""One environment's KMS key and keys table in memory, and the events that API Gateway asks with."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

import examples
from scripted import ScriptedAws

from gateway.authorizer import authorize
from gateway.settings import Settings, Tenant


class Keyring:
    """Issues keys as `operate/keys` does, and answers the authorizer as AWS would."""

    def __init__(self, environment: str, tenants: Mapping[str, tuple[str, ...]]) -> None:
        allowed = {name: Tenant(aliases, 1_000_000, 5, ()) for name, aliases in tenants.items()}
        self.settings: Settings = examples.settings()._replace(
            environment=environment,
            tenants=allowed,
            keys_table=f"strata-{environment}-keys",
            keys_mac=f"alias/strata-{environment}-keys",
        )
        self._material = hashlib.sha256(environment.encode()).digest()
        self._rows: dict[str, dict[str, Any]] = {}

    def issue(self, tenant: str, key: str = "", *, lasts_s: int = 60, **more: Any) -> str:
        """A key of the tenant; the same for the same tenant and environment unless one is given."""
        seed = f"{self.settings.environment}/{tenant}".encode()
        key = key or f"sk-strata-{_text(hashlib.sha256(seed).digest())}"
        self._rows[self.hash(key)] = {
            "key_hash": {"S": self.hash(key)},
            "key_id": {"S": f"id-of-{tenant}"},
            "tenant": {"S": tenant},
            "expires_at": {"N": str(int(time.time()) + lasts_s)},
            **more,
        }
        return key

    def hash(self, key: str) -> str:
        return hmac.new(self._material, key.encode(), "sha256").hexdigest()

    def row(self, key: str) -> dict[str, Any]:
        """What the table holds of a key that was issued."""
        return self._rows[self.hash(key)]

    def aws(self, **instead: Any) -> ScriptedAws:
        """KMS and DynamoDB for one request; `instead` are other answers, by operation."""
        return ScriptedAws({"GenerateMac": [self._mac], "GetItem": [self._find], **instead})

    def ask(
        self,
        headers: Mapping[str, str | list[str]],
        aws: ScriptedAws | None = None,
        **fields: Any,
    ) -> Any:
        """The authorizer's policy for a request with these headers."""
        asked = {**event(headers), **fields}
        return authorize(asked, settings=self.settings, upstream=aws or self.aws())

    def _mac(self, request: Mapping[str, Any]) -> dict[str, Any]:
        assert request["KeyId"] == self.settings.keys_mac
        made = hmac.digest(self._material, base64.b64decode(request["Message"]), "sha256")
        return {"Mac": base64.b64encode(made).decode()}

    def _find(self, request: Mapping[str, Any]) -> dict[str, Any]:
        assert request["TableName"] == self.settings.keys_table
        row = self._rows.get(request["Key"]["key_hash"]["S"])
        return {"Item": row} if row else {}


def event(headers: Mapping[str, str | list[str]]) -> dict[str, Any]:
    """A real event, with these headers instead of the one that holds its key."""
    made: dict[str, Any] = json.loads((examples.EVENTS / "authorizer.json").read_text())
    del made["headers"]["Authorization"], made["multiValueHeaders"]["Authorization"]
    for name, value in headers.items():
        values = [value] if isinstance(value, str) else value
        made["headers"][name], made["multiValueHeaders"][name] = values[-1], values
    return made


def bearer(key: str) -> dict[str, str | list[str]]:
    return {"Authorization": f"Bearer {key}"}


def effect(policy: Mapping[str, Any]) -> str:
    (statement,) = policy["policyDocument"]["Statement"]
    return str(statement["Effect"])


def _text(secret: bytes) -> str:
    return base64.urlsafe_b64encode(secret).decode().rstrip("=")
