"""A ledger in an S3 bucket with an object lock; the only module of the audit that knows AWS.

What object lock keeps is versions. Putting over an entry makes a newer version, and deleting it a
marker: both stay visible, so the oldest version is the entry and anything above it is tampering.
"""

from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from audit.errors import AuditError, Unreadable
from audit.ledger.entry import Tampered
from audit.ledger.store import Objects

# Somebody else wrote this name before, or at the same time:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
TAKEN = {"PreconditionFailed", "ConditionalRequestConflict", "412", "409"}


class BucketStore:
    def __init__(self, client: Any, bucket: str, prefix: str = "") -> None:
        self._client, self._bucket, self._prefix = client, bucket, prefix

    @classmethod
    def at(cls, address: str) -> "BucketStore":
        bucket, _, prefix = address.removeprefix("s3://").partition("/")
        if not bucket:
            raise Unreadable(f"{address} names no bucket; give s3://bucket or s3://bucket/prefix")
        folder = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        return cls(boto3.client("s3"), bucket, folder)

    def read(self) -> Objects:
        try:
            return [(name, self._content(name, id)) for name, id in self._versions().items()]
        except (ClientError, BotoCoreError) as error:
            raise Unreadable(f"the ledger in {self._bucket} cannot be read: {error}") from error

    def create(self, name: str, content: bytes) -> bool:
        key = self._prefix + name
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=content,
                ContentType="application/json",
                # S3 asks for a checksum where objects are locked.
                ChecksumAlgorithm="SHA256",
                IfNoneMatch="*",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in TAKEN:
                return False
            raise AuditError(f"{key} cannot be written to {self._bucket}: {error}") from error
        return True

    def _versions(self) -> dict[str, str]:
        """Name to version. Raises Tampered where there is more than one, or a deletion."""
        found: dict[str, str] = {}
        pages = self._client.get_paginator("list_object_versions")
        for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix):
            for each in page.get("DeleteMarkers", ()):
                raise Tampered(f"{each['Key']} was deleted; its versions are still there")
            for each in page.get("Versions", ()):
                name = each["Key"].removeprefix(self._prefix)
                if name in found:
                    raise Tampered(f"{name} was written over; its first version is still there")
                found[name] = each["VersionId"]
        return found

    def _content(self, name: str, version: str) -> bytes:
        key = self._prefix + name
        got = self._client.get_object(Bucket=self._bucket, Key=key, VersionId=version)
        content: bytes = got["Body"].read()
        return content
