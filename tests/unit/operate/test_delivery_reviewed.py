"""What is deployed is what was reviewed, byte for byte, and approved as it is."""

import tomllib
from pathlib import Path

import pytest

from audit.digest import digest
from audit.verdict import read_policy
from operate.delivery.reviewed import BOT, reviewed
from operate.delivery.reviews import approvers, find_request, groups
from operate.errors import OperateError
from tests.unit.operate.fake_github import Repository, serving

MERGE, HEAD = "m" * 40, "h" * 40
FILES = {"manifest.json": b'{"artifacts": {}}', "assembly-prod/Stack.template.json": b'{"a": 1}'}


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    folder = tmp_path / "cdk.out"
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def review(login: str, state: str = "APPROVED", commit: str = HEAD) -> dict:
    return {"user": {"login": login}, "state": state, "commit_id": commit}


def status(digest: str, state: str = "success", by: str = BOT) -> dict:
    said = {"context": "audit", "state": state, "description": f"PASS {digest}"}
    return {**said, "creator": {"login": by}}


@pytest.fixture
def repository(assembly: Path) -> Repository:
    request = {
        "number": 7,
        "head": {"sha": HEAD},
        "merge_commit_sha": MERGE,
        "merged_at": "2026-11-24T22:00:00Z",
        "user": {"login": "ada"},
    }
    return Repository(
        lists={
            f"/commits/{MERGE}/pulls": [request],
            f"/commits/{HEAD}/statuses": [status(digest(assembly))],
            "/pulls/7/reviews": [review("grace"), review("ada"), review("linus", "COMMENTED")],
            "/pulls": [request],
        },
        objects={"/pulls/7": request},
    )


def test_the_reviewed_assembly_goes_on_with_who_approved_it(repository, assembly):
    with serving(repository) as github:
        found = reviewed(github, MERGE, assembly)
    assert found.arguments() == f"--commit={MERGE}\n--pull-request=7\n--approver=grace\n"


def test_no_byte_of_it_may_be_another(repository, assembly):
    """A12: every byte of every file, and their names."""
    with serving(repository) as github:
        for name, content in FILES.items():
            for at in range(len(content)):
                changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
                (assembly / name).write_bytes(changed)
                with pytest.raises(OperateError, match="was reviewed"):
                    reviewed(github, MERGE, assembly)
            (assembly / name).write_bytes(content)
        (assembly / "more").write_bytes(b"")
        with pytest.raises(OperateError, match="was reviewed"):
            reviewed(github, MERGE, assembly)


@pytest.mark.parametrize(
    ("statuses", "told"),
    [
        ([], "is missing"),
        ([status("", "pending")], "is pending"),
        ([status("", "failure")], "is failure"),
        ([status("")], "names no digest"),
        ([status("", by="mallory")], "is missing"),
    ],
)
def test_only_a_workflows_success_counts(repository, assembly, statuses, told):
    repository.lists[f"/commits/{HEAD}/statuses"] = statuses
    with serving(repository) as github, pytest.raises(OperateError, match=told):
        reviewed(github, MERGE, assembly)


def test_the_newest_status_counts(repository, assembly):
    statuses = repository.lists[f"/commits/{HEAD}/statuses"]
    statuses.insert(0, status("", "failure"))
    with serving(repository) as github, pytest.raises(OperateError, match="is failure"):
        reviewed(github, MERGE, assembly)


def test_a_push_past_every_pull_request_is_refused(repository, assembly):
    repository.lists[f"/commits/{MERGE}/pulls"] = []
    with serving(repository) as github, pytest.raises(OperateError, match="nobody reviewed it"):
        reviewed(github, MERGE, assembly)


def test_an_approval_ends_with_a_new_commit_a_new_word_or_with_its_author(repository):
    repository.lists["/pulls/7/reviews"] = [
        review("grace"),
        review("grace", "CHANGES_REQUESTED"),
        review("linus", commit="o" * 40),
        review("ada"),
        review("edsger"),
        review("edsger", "COMMENTED"),
    ]
    with serving(repository) as github:
        assert approvers(github, 7, HEAD) == ["edsger"]


def test_a_request_is_found_by_its_branch_and_last_commit(repository):
    with serving(repository) as github:
        assert find_request(github, "fork", "a branch&x=1", HEAD) == 7
        with pytest.raises(OperateError, match="a newer run follows"):
            find_request(github, "fork", "branch", "o" * 40)


def test_people_speak_for_the_groups_that_the_main_branch_names(tmp_path):
    owners = tmp_path / "owners.toml"
    owners.write_text('security = ["grace", "ada"]\ndata = ["linus"]\n')
    assert groups(owners, ["grace"]) == ["security"]
    assert groups(owners, []) == []


def test_every_group_of_the_policy_has_its_people():
    named = tomllib.loads(Path(".github/audit-owners.toml").read_text())
    assert {*named} == {*read_policy().owners.values()}
