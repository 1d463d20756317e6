"""Closes gap 9 of local-cloud.md, its first half: a bucket's object lock in a template is kept.

The API enforces it already. Approximate: turning it on for a bucket that exists takes no token
from support, as it does not on AWS any more.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import s3
from ministack.services.cloudformation import provisioners

Provisioned = tuple[str, dict[str, Any]]


def close() -> None:
    """Lock the bucket after it is made or changed."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]
    handlers["create"] = _locking(handlers["create"], position=1)
    handlers["update"] = _locking(handlers["update"], position=2)


def _locking(provision: Callable[..., Provisioned], position: int) -> Callable[..., Provisioned]:
    def provisioned(*arguments: Any) -> Provisioned:
        name, attributes = provision(*arguments)
        _lock(name, arguments[position])
        return name, attributes

    return provisioned


def _lock(name: str, properties: Mapping[str, Any]) -> None:
    if str(properties.get("ObjectLockEnabled")).lower() != "true":
        return
    rule = properties.get("ObjectLockConfiguration", {}).get("Rule", {})
    s3._bucket_versioning[name] = "Enabled"
    s3._bucket_object_lock[name] = {
        "enabled": True,
        "default_retention": rule.get("DefaultRetention"),
    }
