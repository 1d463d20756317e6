"""A prefix of a bucket, made equal to a folder: what changed is uploaded, and nothing else."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from boto3.s3.transfer import TransferConfig

from operate.at_once import all_of
from operate.knowledge.folder import Item
from operate.knowledge.limits import METADATA
from operate.refusals import explained as refused

HOWTO = "docs/howto/sync-documents.md"
explained = partial(refused, howto=HOWTO, stack="Knowledge")
# Kept on the object: with KMS or in parts, an ETag is no hash of the content.
HASH = "sha256"
TRANSFER = TransferConfig(multipart_threshold=8 << 20, multipart_chunksize=8 << 20)
MOST_DELETED = 1_000  # in one request


@dataclass(frozen=True)
class Place:
    """Where the objects are; `owner` is the account that the bucket must belong to."""

    bucket: str
    prefix: str
    owner: str
    elsewhere: tuple[str, ...]  # prefixes inside this one that belong to other knowledge bases

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}"


@dataclass(frozen=True)
class Plan:
    """What has to be done; names are below the prefix.

    `unsure` are uploaded only because nothing says what is there: the index may find no change.
    """

    upload: tuple[Item, ...]
    unchanged: int
    gone: tuple[str, ...]
    unsure: frozenset[str]

    @property
    def bytes(self) -> int:
        return sum(each.size for each in self.upload)


def compare(s3: Any, place: Place, wanted: Mapping[str, Item]) -> Plan:
    """Compare by size first, then by the hash that the last upload kept."""
    there = dict(_listed(s3, place))
    alike = [each for name, each in wanted.items() if there.get(name) == each.size]
    hashes = all_of(alike, lambda each: _hash(s3, place, each.name), lambda *_: None)
    same = {each.name for each, hash in zip(alike, hashes, strict=True) if hash == each.sha256}
    changed = [each for name, each in sorted(wanted.items()) if name not in same]
    unsure = {each.name for each, hash in zip(alike, hashes, strict=True) if hash is None}
    gone = tuple(sorted(there.keys() - wanted.keys()))
    return Plan(tuple(changed), len(same), gone, frozenset(unsure))


def upload(s3: Any, place: Place, items: Sequence[Item], sent: Callable[[int], None]) -> None:
    """Upload, metadata first: no document is found for a moment by those who may not read it."""
    for metadata in (True, False):
        own = [each for each in items if each.is_metadata == metadata]
        all_of(own, lambda each: _put(s3, place, each, sent), lambda *_: None)


def delete(s3: Any, place: Place, names: Sequence[str]) -> None:
    """Delete, metadata last, for the same reason."""
    ordered = sorted(names, key=lambda name: (name.endswith(METADATA), name))
    for first in range(0, len(ordered), MOST_DELETED):
        keys = [{"Key": place.prefix + name} for name in ordered[first : first + MOST_DELETED]]
        with explained("s3:DeleteObject"):
            told = s3.delete_objects(
                Bucket=place.bucket, Delete={"Objects": keys}, ExpectedBucketOwner=place.owner
            )
        if told.get("Errors"):
            kept = sorted(each["Key"].removeprefix(place.prefix) for each in told["Errors"])
            raise NotDeleted(kept)


class NotDeleted(Exception):
    """The names that S3 would not delete."""


def _listed(s3: Any, place: Place) -> Iterator[tuple[str, int]]:
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=place.bucket, Prefix=place.prefix, ExpectedBucketOwner=place.owner
    )
    with explained("s3:ListBucket"):
        found = [each for page in pages for each in page.get("Contents", [])]
    for each in found:
        key: str = each["Key"]
        if not key.endswith("/") and not key.startswith(place.elsewhere):
            yield key.removeprefix(place.prefix), each["Size"]


def _hash(s3: Any, place: Place, name: str) -> str | None:
    with explained("s3:GetObject"):
        about = s3.head_object(
            Bucket=place.bucket, Key=place.prefix + name, ExpectedBucketOwner=place.owner
        )
    hash: str | None = about["Metadata"].get(HASH)
    return hash


def _put(s3: Any, place: Place, each: Item, sent: Callable[[int], None]) -> None:
    source = each.source
    with (
        explained("s3:PutObject"),
        io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as body,
    ):
        s3.upload_fileobj(
            body,
            place.bucket,
            place.prefix + each.name,
            ExtraArgs={
                "ContentType": each.content_type,
                "Metadata": {HASH: each.sha256},
                "ExpectedBucketOwner": place.owner,
            },
            Config=TRANSFER,
            Callback=sent,
        )
