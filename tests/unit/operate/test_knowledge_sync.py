"""The sync as it is run, on stubbed AWS calls: what is compared, asked and refused."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.load import load_environment
from operate.__main__ import main
from operate.knowledge.bucket import Place, compare
from operate.knowledge.folder import read_folder
from operate.knowledge.limits import types_of
from tests.unit.operate.stubbed import Stubbed

DEV = load_environment("dev")
BUCKET = "strata-dev-documents"
TEXT = b"The refund window is 34 days."


@pytest.fixture
def aws(monkeypatch) -> Iterator[Stubbed]:
    stubbed = Stubbed()
    monkeypatch.setattr("operate.knowledge.sync.boto3_client", stubbed)
    monkeypatch.setattr("operate.knowledge.sync.patient_client", stubbed)
    yield stubbed
    stubbed.close()


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "a.md").write_bytes(TEXT)
    return tmp_path


def expect_bucket(aws: Stubbed, **sizes: int) -> None:
    """Objects by name and size, as one page of a listing tells them."""
    arn = f"arn:aws:iam::{DEV.account}:user/x"
    aws.answer("sts", "get_caller_identity", {"Account": DEV.account, "Arn": arn})
    stack = {
        "StackName": "dev-Knowledge",
        "CreationTime": 0,
        "StackStatus": "CREATE_COMPLETE",
        "Outputs": [{"OutputKey": "DocumentsBucket", "OutputValue": BUCKET}],
    }
    aws.answer("cloudformation", "describe_stacks", {"Stacks": [stack]}, StackName="dev-Knowledge")
    contents = [
        {"Key": f"handbook/{name.replace('__', '.')}", "Size": size} for name, size in sizes.items()
    ]
    owned = {"Bucket": BUCKET, "ExpectedBucketOwner": DEV.account}
    aws.answer("s3", "list_objects_v2", {"Contents": contents}, Prefix="handbook/", **owned)


def expect_hash(aws: Stubbed, **metadata: str) -> None:
    owned = {"Bucket": BUCKET, "ExpectedBucketOwner": DEV.account}
    aws.answer("s3", "head_object", {"Metadata": metadata}, Key="handbook/a.md", **owned)


def sync(folder: Path, *arguments: str) -> int:
    return main(["knowledge", "sync", str(folder), "handbook", "--env", "dev", *arguments])


def planned(capsys) -> dict:
    told: dict = json.loads(capsys.readouterr().out)
    return told


def test_the_same_size_and_hash_is_unchanged(aws, folder, capsys):
    expect_bucket(aws, a__md=len(TEXT))
    expect_hash(aws, sha256=hashlib.sha256(TEXT).hexdigest())
    assert sync(folder, "--json") == 0
    told = planned(capsys)
    assert (told["uploaded"], told["unchanged"]) == ([], 1)


def test_another_size_is_a_change_that_needs_no_second_look(aws, folder, capsys):
    expect_bucket(aws, a__md=1)
    assert sync(folder, "--json", "--dry-run") == 0
    assert planned(capsys)["uploaded"] == ["a.md"]


def test_the_same_size_with_another_hash_or_none_is_a_change(aws, folder, capsys):
    for metadata in ({}, {"sha256": "0" * 64}):
        expect_bucket(aws, a__md=len(TEXT))
        expect_hash(aws, **metadata)
        assert sync(folder, "--json", "--dry-run") == 0
        assert planned(capsys)["uploaded"] == ["a.md"]


def test_nothing_is_deleted_unless_it_is_asked_for(aws, folder, capsys):
    expect_bucket(aws, a__md=1, old__md=1)
    assert sync(folder, "--json", "--dry-run") == 0
    told = planned(capsys)
    assert (told["deleted"], told["kept"]) == ([], ["old.md"])


def test_no_answer_but_yes_deletes_or_uploads_anything(aws, folder, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    for said in ("", "n", "maybe"):
        monkeypatch.setattr("builtins.input", lambda said=said: said)
        expect_bucket(aws, a__md=1, old__md=1)
        assert sync(folder, "--delete") == 2
        assert "nothing was uploaded, and nothing deleted" in capsys.readouterr().err


def test_what_s3_would_not_delete_is_an_error_that_names_it(aws, folder, capsys):
    expect_bucket(aws, a__md=len(TEXT), old__md=1)
    expect_hash(aws, sha256=hashlib.sha256(TEXT).hexdigest())
    refused = {"Errors": [{"Key": "handbook/old.md", "Code": "AccessDenied"}]}
    asked = {"Objects": [{"Key": "handbook/old.md"}]}
    owned = {"Bucket": BUCKET, "ExpectedBucketOwner": DEV.account}
    aws.answer("s3", "delete_objects", refused, Delete=asked, **owned)
    assert sync(folder, "--delete", "--yes") == 2
    assert "S3 did not delete ['old.md']" in capsys.readouterr().err


def test_a_prefix_that_the_knowledge_base_does_not_read_is_refused(aws, folder, capsys):
    assert sync(folder, "--prefix", "other/") == 2
    assert "'other/' is none that handbook reads: ['handbook/']" in capsys.readouterr().err


def test_a_bucket_that_is_not_deployed_is_told_with_its_remedy(aws, folder, capsys):
    arn = f"arn:aws:iam::{DEV.account}:user/x"
    aws.answer("sts", "get_caller_identity", {"Account": DEV.account, "Arn": arn})
    aws.refuse("cloudformation", "describe_stacks", "ValidationError", "arn:aws:secret")
    assert sync(folder) == 2
    err = capsys.readouterr().err
    assert "deploy the environment's Knowledge first" in err
    assert "secret" not in err


def test_credentials_of_another_account_are_refused_before_anything_else(aws, folder, capsys):
    arn = "arn:aws:iam::999999999999:user/x"
    aws.answer("sts", "get_caller_identity", {"Account": "999999999999", "Arn": arn})
    assert sync(folder) == 2
    assert "these credentials are of account 999999999999" in capsys.readouterr().err


def test_what_may_be_the_same_already_is_uploaded_and_not_waited_for(aws, folder):
    place = Place(BUCKET, "handbook/", DEV.account, ())
    items = read_folder(folder, types_of(DEV.knowledge_bases["handbook"])).items
    owned = {"Bucket": BUCKET, "ExpectedBucketOwner": DEV.account}
    listed = {"Contents": [{"Key": "handbook/a.md", "Size": len(TEXT)}]}
    aws.answer("s3", "list_objects_v2", listed, Prefix="handbook/", **owned)
    expect_hash(aws)
    plan = compare(aws("s3", ""), place, items)
    assert [each.name for each in plan.upload] == ["a.md"]
    assert plan.unsure == {"a.md"}
