"""S6: nothing that is installed, or that a workflow runs, can change without a change here."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
ACTIONLINT = Path(sys.executable).with_name("actionlint")
PINNED = re.compile(r"uses: (\./\S+|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$")


@pytest.mark.parametrize("lock", sorted(ROOT.glob("requirements*.txt")), ids=lambda lock: lock.name)
def test_every_python_package_is_pinned_with_a_hash(lock):
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [each for each in text.splitlines() if each and not each.lstrip().startswith("#")]
    assert lines
    for line in lines:
        assert re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+ ", line) and "--hash=sha256:" in line, line


def test_every_lock_waits_for_a_week():
    """What is withdrawn, or found to be an attack, is so within days."""
    for lock in ROOT.glob("requirements*.txt"):
        assert "--exclude-newer 7 days" in lock.read_text(encoding="utf-8")[:400], lock.name


@pytest.mark.parametrize(
    "lock", [ROOT / "package-lock.json", *ROOT.glob("tests/**/package-lock.json")]
)
def test_every_node_package_is_pinned_with_a_hash(lock):
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    for name, package in packages.items():
        assert not name or package.get("integrity", "").startswith("sha512-"), name


def test_one_version_says_what_this_is():
    python = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert json.loads((ROOT / "package.json").read_text())["version"] == python
    assert f"## [{python}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_action_is_pinned_by_its_commit():
    lines = [each.strip() for file in WORKFLOWS for each in file.read_text().splitlines()]
    used = [
        each.removeprefix("- ") for each in lines if each.removeprefix("- ").startswith("uses:")
    ]
    assert used
    assert [each for each in used if not PINNED.match(each)] == []


def test_actionlint_finds_nothing():
    done = subprocess.run([ACTIONLINT, *WORKFLOWS], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
class TestWorkflow:
    def test_says_what_its_token_may_do(self, file):
        workflow = yaml.safe_load(file.read_text(encoding="utf-8"))
        assert workflow["permissions"] in ({}, {"contents": "read"})

    def test_never_runs_a_pull_request_with_more_than_its_own_rights(self, file):
        workflow = yaml.safe_load(file.read_text(encoding="utf-8"))
        events = workflow[True]  # YAML 1.1 reads `on` as a truth value
        assert "pull_request_target" not in events
        if "pull_request" in events:
            jobs = workflow["jobs"].values()
            rights = [right for job in jobs for right in job.get("permissions", {}).items()]
            assert all(level == "read" for _, level in rights)

    def test_leaves_no_credentials_in_a_checkout(self, file):
        workflow = yaml.safe_load(file.read_text(encoding="utf-8"))
        steps = [step for job in workflow["jobs"].values() for step in job.get("steps", ())]
        for step in steps:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False

    def test_puts_nothing_that_others_write_into_a_command(self, file):
        workflow = yaml.safe_load(file.read_text(encoding="utf-8"))
        steps = [step for job in workflow["jobs"].values() for step in job.get("steps", ())]
        assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []
