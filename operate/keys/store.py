"""Where keys are kept: rows of DynamoDB under a hash that only KMS can make."""

import secrets
from contextlib import suppress
from functools import partial
from typing import Any

from config.schema import Environment
from operate.keys.row import Row, row_of
from operate.preflight.account import Account, Clients, boto3_client
from operate.refusals import explained

HOWTO = "docs/howto/issue-a-key.md"
_explained = partial(explained, howto=HOWTO, stack="Foundation")


class KeyStore:
    """One environment's keys. Every method raises OperateError for what AWS refuses."""

    def __init__(self, environment: Environment, clients: Clients = boto3_client) -> None:
        """Raises OperateError unless the credentials are of the environment's account."""
        Account(environment.region, clients).check_identity(environment.account)
        self._table = store_name(environment)
        self._clients, self._region = clients, environment.region
        self._dynamodb = clients("dynamodb", environment.region)

    def issue(
        self, tenant: str, *, now: int, expires_at: int, groups: tuple[str, ...] | None = None
    ) -> tuple[str, Row]:
        """Make a key: the only moment at which it is known, and the row that is kept of it."""
        key = f"sk-strata-{secrets.token_urlsafe(32)}"
        row = Row(
            hash=self._hash(key),
            id=secrets.token_hex(6),
            tenant=tenant,
            created_at=now,
            expires_at=expires_at,
            issued_by=self._caller(),
            groups=groups,
        )
        unused = "attribute_not_exists(key_hash)"
        with _explained("dynamodb:PutItem"):
            self._dynamodb.put_item(
                TableName=self._table, Item=row.as_item(), ConditionExpression=unused
            )
        return key, row

    def of(self, tenant: str) -> tuple[Row, ...]:
        """Every key that the tenant ever had, the oldest first. Reads the whole small table."""
        filter = {"FilterExpression": "tenant = :tenant", "ConsistentRead": True}
        values = {":tenant": {"S": tenant}}
        scan = self._dynamodb.get_paginator("scan").paginate
        with _explained("dynamodb:Scan"):
            pages = list(scan(TableName=self._table, ExpressionAttributeValues=values, **filter))
        rows = [row_of(item) for page in pages for item in page["Items"]]
        return tuple(sorted(rows, key=lambda row: (row.created_at, row.id)))

    def expire(self, row: Row, at: int) -> None:
        """Let a key end at that time, if it does not end sooner."""
        self._set(row, "expires_at", at, "expires_at > :time")

    def revoke(self, row: Row, now: int) -> None:
        """End a key for good; the first revocation is the one that is remembered."""
        self._set(row, "revoked_at", now, "attribute_not_exists(revoked_at)")

    def _set(self, row: Row, attribute: str, time: int, condition: str) -> None:
        done_already = self._dynamodb.exceptions.ConditionalCheckFailedException
        with _explained("dynamodb:UpdateItem"), suppress(done_already):
            self._dynamodb.update_item(
                TableName=self._table,
                Key={"key_hash": {"S": row.hash}},
                UpdateExpression=f"SET {attribute} = :time",
                ConditionExpression=f"attribute_exists(key_hash) AND {condition}",
                ExpressionAttributeValues={":time": {"N": str(time)}},
            )

    def _hash(self, key: str) -> str:
        kms = self._clients("kms", self._region)
        with _explained("kms:GenerateMac"):
            answer: dict[str, Any] = kms.generate_mac(
                KeyId=f"alias/{self._table}", MacAlgorithm="HMAC_SHA_256", Message=key.encode()
            )
        hash: bytes = answer["Mac"]
        return hash.hex()

    def _caller(self) -> str:
        """The name of the user or the session, and nothing else of the ARN."""
        with _explained("sts:GetCallerIdentity"):
            arn: str = self._clients("sts", self._region).get_caller_identity()["Arn"]
        return arn.rpartition(":")[2].rpartition("/")[2]


def store_name(environment: Environment) -> str:
    """The table's name, and the KMS key's alias without "alias/", as `stacks/names.py` has it."""
    return f"strata-{environment.name}-keys"
