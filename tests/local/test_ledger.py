"""A ledger in a bucket with an object lock, on the embedded AWS."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from audit.ledger.append import append
from audit.ledger.bucket import BucketStore
from audit.ledger.chain import read_chain
from audit.ledger.entry import Tampered
from tests.audit.ledger.entries import deployment, filled, live

RETENTION = {"Mode": "COMPLIANCE", "Days": 30}


@pytest.fixture(scope="module")
def buckets(cloud) -> Iterator[str]:
    properties = {
        "VersioningConfiguration": {"Status": "Enabled"},
        "ObjectLockEnabled": True,
        "ObjectLockConfiguration": {
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": RETENTION},
        },
    }
    bucket = {"Type": "AWS::S3::Bucket", "Properties": properties}
    yield cloud.deploy("ledger", {"Ledger": bucket}, Name={"Ref": "Ledger"})["Name"]


@pytest.fixture
def s3(cloud) -> Any:
    return cloud.client("s3")


def store(s3: Any, bucket: str, name: str) -> BucketStore:
    return BucketStore(s3, bucket, f"{name}/")


def test_what_is_written_is_read_and_verified(s3, buckets):
    ledger = store(s3, buckets, "whole")
    filled(ledger)
    assert [each.number for each in read_chain(ledger.read())] == [1, 2, 3]


def test_two_deployments_never_write_the_same_number(s3, buckets):
    ledger = store(s3, buckets, "together")
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda n: append(ledger, deployment(live(str(n)), n)), range(1, 9)))
    assert sorted(each.number for each in done) == list(range(1, 9))
    assert len(read_chain(ledger.read())) == 8


def test_a_name_that_is_taken_is_left_as_it_is(s3, buckets):
    ledger = store(s3, buckets, "taken")
    assert ledger.create("00000001.json", b"first")
    assert not ledger.create("00000001.json", b"second")
    assert ledger.read() == [("00000001.json", b"first")]


def test_a_locked_entry_cannot_be_deleted(s3, buckets):
    filled(store(s3, buckets, "locked"), 1)
    where = {"Bucket": buckets, "Key": "locked/00000001.json"}
    version = s3.head_object(**where)["VersionId"]
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(**where, VersionId=version)
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(**where, VersionId=version, BypassGovernanceRetention=True)


def test_an_entry_that_is_hidden_is_seen(s3, buckets):
    ledger = store(s3, buckets, "hidden")
    filled(ledger)
    s3.delete_object(Bucket=buckets, Key="hidden/00000003.json")
    with pytest.raises(Tampered, match="was deleted"):
        ledger.read()


def test_an_entry_that_is_written_over_is_seen(s3, buckets):
    ledger = store(s3, buckets, "over")
    filled(ledger)
    s3.put_object(Bucket=buckets, Key="over/00000003.json", Body=b"{}")
    with pytest.raises(Tampered, match="was written over"):
        ledger.read()
