"""D3: an upgrade deletes and replaces nothing that holds state.

From the stores in `snapshots/stateful.json`, and from those of the last three releases: the same
file, as each of their tags has it, as far as this checkout knows them.
"""

import copy
import json
import subprocess

import pytest

from tests.stacks.assembly import ROOT
from tests.stacks.stateful import FILE, committed, lost, stores

RELEASES = 3


def git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def releases() -> list[str]:
    """The newest tags `v*` first."""
    return git("tag", "--list", "v*", "--sort=-version:refname").split()[:RELEASES]


def at(revision: str) -> dict:
    return json.loads(git("show", f"{revision}:./{FILE.relative_to(ROOT)}"))


def test_nothing_that_was_reviewed_is_deleted_or_replaced(assembly):
    expected = "an upgrade loses data; if that is meant, take the line out of the file for review"
    assert list(lost(committed(), stores(assembly))) == [], expected


def test_every_store_stands_in_the_file(assembly):
    assert stores(assembly).keys() <= committed().keys(), "run `make snapshots`"


def test_nothing_of_the_last_releases_is_deleted_or_replaced(assembly):
    now = stores(assembly)
    assert {tag: found for tag in releases() if (found := list(lost(at(tag), now)))} == {}


def test_the_file_of_an_earlier_revision_is_read_from_git():
    found = at("HEAD")
    assert "AWS::DynamoDB::Table" in {each["type"] for each in found.values()}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("type", "AWS::DynamoDB::GlobalTable"),
        ("fixed", {"TableName": ["strata-prod-other"]}),
        (None, None),
    ],
)
def test_what_would_be_lost_is_told(path, value):
    before = committed()
    (name, *_) = [name for name in before if before[name]["type"] == "AWS::DynamoDB::Table"]
    now = copy.deepcopy(before)
    if path:
        now[name][path] = value
    else:
        del now[name]
    assert list(lost(before, before)) == []
    told = list(lost(before, now))
    assert told and all(line.startswith(f"{name}: ") for line in told)


def test_every_store_with_a_name_of_its_own_is_held_to_it():
    """A table's and a bucket's name is what the next deployment finds them by."""
    named = {"AWS::DynamoDB::Table": "TableName", "AWS::S3::Bucket": "BucketName"}
    for name, store in committed().items():
        if property := named.get(store["type"]):
            assert store["fixed"].get(property), name
