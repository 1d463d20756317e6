"""The steps of audit.yml and deploy.yml, run by bash as GitHub runs them, against a GitHub on
loopback: what the shell in a workflow does is tested where it stands."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from audit.digest import digest
from operate.delivery.publish import MARKER
from tests.audit.ledger.test_command import assembly
from tests.unit.operate.fake_github import REPOSITORY, TOKEN, Repository, serving
from tests.unit.operate.test_delivery_reviewed import BOT, HEAD, MERGE, review

ROOT = Path(__file__).parents[3]


def step(workflow: str, job: str, name: str) -> str:
    document = yaml.safe_load((ROOT / f".github/workflows/{workflow}.yml").read_text())
    (found,) = [
        each for each in document["jobs"][job]["steps"] if each.get("name", "").startswith(name)
    ]
    return str(found["run"])


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """What the steps before have left: tools, the two assemblies, and nothing else of ours."""
    (tmp_path / ".venv").symlink_to((ROOT / ".venv").resolve())
    (tmp_path / ".github").mkdir()
    shutil.copy(ROOT / ".github/audit-owners.toml", tmp_path / ".github")
    assembly(tmp_path / "base", "nova")
    assembly(tmp_path / "head" / "cdk.out", "nova", "never")
    (tmp_path / "head" / "accepted.toml").write_text("")
    return tmp_path


@pytest.fixture
def repository() -> Repository:
    request = {
        "number": 7,
        "head": {"sha": HEAD},
        "user": {"login": "ada"},
        "merge_commit_sha": MERGE,
        "merged_at": "2026-11-24T22:00:00Z",
    }
    return Repository(
        lists={
            "/pulls": [request],
            "/pulls/7/reviews": [review("grace")],
            "/issues/7/comments": [],
            f"/commits/{MERGE}/pulls": [request],
        },
        objects={"/pulls/7": request},
    )


def run(place: Path, repository: Repository, command: str, **more: str) -> Any:
    """As GitHub's `shell: bash`: https://docs.github.com/en/actions/reference, "Exit codes"."""
    with serving(repository) as github:
        variables = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "GITHUB_API_URL": github._base.partition("/repos/")[0],
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_STEP_SUMMARY": str(place / "summary.md"),
            "OWNER": "fork",
            "BRANCH": "change; touch pwned",
            "COMMIT": HEAD,
            **more,
        }
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command]
        return subprocess.run(shell, cwd=place, env=variables, capture_output=True, text=True)


def test_a_pull_request_is_audited_and_told(place, repository):
    for name in ("Audit", "Show it"):
        done = run(place, repository, step("audit", "audit", name))
        assert done.returncode == 0, done.stderr
    (comment,) = repository.comments(7)
    assert MARKER in comment["body"]
    assert (place / "summary.md").read_text() == (place / "comment.md").read_text()
    reviewed = digest(place / "head" / "cdk.out")
    told = {path: body for _, path, body in repository.received}
    assert told[f"/statuses/{HEAD}"]["description"].endswith(reviewed)
    assert told["/code-scanning/sarifs"]["commit_sha"] == HEAD
    assert json.loads((place / "approval.json").read_text())["digest"] == reviewed
    assert not (place / "pwned").exists()


def test_an_assembly_that_cannot_be_read_gets_no_verdict(place, repository):
    (place / "head/cdk.out/assembly-prod/Shop.template.json").write_text("{")
    done = run(place, repository, step("audit", "audit", "Audit"))
    assert done.returncode != 0
    assert not repository.received


def test_a_commit_that_is_not_the_last_is_not_spoken_of(place, repository):
    done = run(place, repository, step("audit", "audit", "Audit"), COMMIT="o" * 40)
    assert done.returncode != 0 and "a newer run follows" in done.stderr


def test_what_was_reviewed_is_deployed_and_nothing_else(place, repository):
    shutil.copytree(place / "head" / "cdk.out", place / "reviewed" / "cdk.out")
    said = f"PASS {digest(place / 'reviewed' / 'cdk.out')}"
    status = {"context": "audit", "state": "success", "description": said}
    repository.lists[f"/commits/{HEAD}/statuses"] = [{**status, "creator": {"login": BOT}}]
    # Without the synthesis itself, which tests/stacks covers.
    command = step("deploy", "reviewed", "Synthesize").partition(". .venv")
    command = command[1] + command[2]
    done = run(place, repository, command, GITHUB_SHA=MERGE)
    assert done.returncode == 0, done.stderr
    assert "--approver=grace\n" in (place / "reviewed" / "review.args").read_text()
    (place / "reviewed/cdk.out/manifest.json").write_text("{}")
    assert run(place, repository, command, GITHUB_SHA=MERGE).returncode != 0


@pytest.mark.parametrize(
    ("smoke", "rollback", "outcome"),
    [
        ("success", "skipped", "deployed"),
        ("failure", "success", "rolled-back"),
        ("failure", "failure", "failed"),
        ("skipped", "success", "rolled-back"),
        ("skipped", "skipped", "failed"),
        ("cancelled", "skipped", "failed"),
    ],
)
def test_the_ledger_is_told_how_a_deployment_ended(place, repository, smoke, rollback, outcome):
    (place / ".ci").mkdir()
    (place / ".ci/record").write_text('echo "$1"')
    command = step("deploy-environment", "deploy", "Write into the ledger how")
    done = run(place, repository, command, SMOKE=smoke, ROLLBACK=rollback)
    assert done.stdout.split() == [outcome]


def test_nothing_is_deployed_before_the_ledger_knows_that_it_begins():
    document = yaml.safe_load((ROOT / ".github/workflows/deploy-environment.yml").read_text())
    runs = [each.get("run", "") for each in document["jobs"]["deploy"]["steps"]]
    first = [at for at, run in enumerate(runs) if ".ci/record started" in run]
    deploys = [at for at, run in enumerate(runs) if ".ci/deploy" in run]
    assert len(first) == 1 and first[0] < min(deploys)
