"""Deletes a document of its own making and brings it back from its version."""

import secrets
from typing import Any

from operate.errors import OperateError

# Under no knowledge base's prefix, so that nothing ingests it.
PREFIX = "restore-drill/"


def drill(s3: Any, bucket: str) -> bool:
    """Whether an overwritten, then deleted object comes back as it first was; leaves nothing."""
    name, first = f"{PREFIX}{secrets.token_hex(8)}", secrets.token_bytes(1_024)
    try:
        version = s3.put_object(Bucket=bucket, Key=name, Body=first).get("VersionId")
        if version in (None, "null"):
            raise OperateError(f"{bucket} keeps no versions; deploy its stack Knowledge again")
        s3.put_object(Bucket=bucket, Key=name, Body=b"overwritten")
        s3.delete_object(Bucket=bucket, Key=name)
        source = {"Bucket": bucket, "Key": name, "VersionId": version}
        s3.copy_object(Bucket=bucket, Key=name, CopySource=source)
        restored: bytes = s3.get_object(Bucket=bucket, Key=name)["Body"].read()
        return restored == first
    finally:
        _remove(s3, bucket, name)


def _remove(s3: Any, bucket: str, name: str) -> None:
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=name):
        for each in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
            s3.delete_object(Bucket=bucket, Key=name, VersionId=each["VersionId"])
