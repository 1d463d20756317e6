"""An audit on its pull request, against a GitHub on loopback."""

import base64
import gzip
import json
from pathlib import Path

import pytest

from audit.comment.foot import MARKER as WRITTEN
from operate.delivery.publish import MARKER, set_status, upload_sarif, upsert_comment
from operate.errors import OperateError
from tests.unit.operate.fake_github import Repository, serving

DIGEST = f"sha256:{'a' * 64}"


def comment(id: int, body: str, type: str = "User") -> dict:
    return {"id": id, "user": {"type": type}, "body": body}


def ours(repository: Repository) -> list[str]:
    return [
        each["body"]
        for each in repository.comments(7)
        if MARKER in each["body"] and each["user"]["type"] == "Bot"
    ]


def test_the_marker_is_the_one_that_an_audit_writes():
    assert MARKER == WRITTEN


def test_the_first_audit_is_a_new_comment():
    repository = Repository()
    repository.comments(7)
    with serving(repository) as github:
        upsert_comment(github, 7, f"first {MARKER}")
    assert ours(repository) == [f"first {MARKER}"]


@pytest.mark.parametrize("before", [0, 99, 100, 101, 250])
def test_it_is_found_and_changed_behind_any_number_of_comments(before):
    repository = Repository()
    others = [comment(1_000 + each, "a discussion") for each in range(before)]
    repository.comments(7).extend([*others, comment(5, f"old {MARKER}", "Bot")])
    with serving(repository) as github:
        upsert_comment(github, 7, f"new {MARKER}")
    assert ours(repository) == [f"new {MARKER}"]
    assert len(repository.comments(7)) == before + 1
    assert repository.pages_read == before // 100 + 1


def test_a_comment_that_two_runs_made_is_one_again():
    repository = Repository()
    repository.comments(7).extend([comment(each, f"old {MARKER}", "Bot") for each in (1, 2, 3)])
    with serving(repository) as github:
        upsert_comment(github, 7, f"new {MARKER}")
    assert ours(repository) == [f"new {MARKER}"]


def test_nobody_has_theirs_overwritten_by_quoting_the_marker():
    repository = Repository()
    repository.comments(7).append(comment(1, f"mine {MARKER}"))
    with serving(repository) as github:
        upsert_comment(github, 7, f"new {MARKER}")
    assert repository.comments(7)[0]["body"] == f"mine {MARKER}"
    assert ours(repository) == [f"new {MARKER}"]


@pytest.mark.parametrize(
    ("verdict", "owners", "state"),
    [
        ("PASS", [], "success"),
        ("NEEDS-APPROVAL", ["data", "security"], "pending"),
        ("BLOCK", [], "failure"),
        ("NEEDS-APPROVAL", ["x" * 200], "pending"),
    ],
)
def test_the_status_names_the_verdict_and_ends_with_the_digest(verdict, owners, state):
    repository = Repository()
    with serving(repository) as github:
        set_status(github, "c0ffee", {"verdict": verdict, "owners": owners, "head": DIGEST})
    [(_, path, body)] = repository.received
    assert (path, body["state"]) == ("/statuses/c0ffee", state)
    assert body["description"].startswith(verdict) and body["description"].endswith(DIGEST)
    assert len(body["description"]) <= 140


def test_code_scanning_gets_the_file_as_it_is(tmp_path: Path):
    file = tmp_path / "audit.sarif"
    file.write_text(json.dumps({"runs": []}))
    repository = Repository()
    with serving(repository) as github:
        upload_sarif(github, "c0ffee", 7, file)
    [(_, path, body)] = repository.received
    assert (path, body["ref"]) == ("/code-scanning/sarifs", "refs/pull/7/head")
    assert gzip.decompress(base64.b64decode(body["sarif"])) == file.read_bytes()


def test_what_github_refuses_is_an_error():
    with (
        serving(Repository()) as github,
        pytest.raises(OperateError, match=r"refused GET .* with 404"),
    ):
        github.get("/nothing")


def test_the_token_goes_to_no_other_host():
    with (
        serving(Repository()) as github,
        pytest.raises(OperateError, match="leads to another host"),
    ):
        github._send("GET", "http://127.0.0.2/repos/acme/platform")
