"""`python -m audit --against REF` in a repository of its own: the real git and `cdk synth`, and an
app that writes its assembly without the CDK."""

import json
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from audit.__main__ import main

ROOT = Path(__file__).parents[3]
APP = r"""
import json, os, pathlib
out = pathlib.Path(os.environ["CDK_OUTDIR"])
template = {"Resources": json.loads(pathlib.Path("resources.json").read_text())}
shop = {
    "type": "aws:cloudformation:stack",
    "environment": "aws://unknown-account/unknown-region",
    "properties": {"templateFile": "shop.template.json"},
}
manifest = {"version": "48.0.0", "artifacts": {"shop": shop}}
for name, content in (("shop.template", template), ("manifest", manifest)):
    (out / f"{name}.json").write_text(json.dumps(content))
with pathlib.Path(os.environ["SYNTHS"]).open("a") as log:
    log.write("synth\n")
"""
SCHEMA = json.loads((ROOT / "audit" / "report.schema.json").read_text())
TOPIC = {"T": {"Type": "AWS::SNS::Topic"}}
TABLE = {"Orders": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "orders"}}}
DAY = ["--today", "2026-11-24"]


class Repository:
    """An app at its first commit, on `main`, with a branch `work` checked out."""

    def __init__(self, folder: Path, log: Path) -> None:
        self.folder, self.log = folder, log
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch", "main")
        self.write("cdk.json", json.dumps({"app": "python3 app.py"}))
        self.write(".gitignore", "node_modules\n__pycache__\n")
        self.write("app.py", APP)
        self.write("requirements.txt", "boto3==1.40.0 \\\n    --hash=sha256:1\nold==1.0\n")
        (folder / "node_modules").symlink_to(ROOT / "node_modules")
        self.commit(TOPIC | TABLE)
        self.git("checkout", "--quiet", "-b", "work")

    def git(self, *arguments: str) -> str:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        done = subprocess.run(
            ["git", *who, *arguments], cwd=self.folder, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def commit(self, resources: Any) -> str:
        self.write("resources.json", json.dumps(resources))
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "resources")
        return self.git("rev-parse", "HEAD")

    @property
    def synths(self) -> int:
        return len(self.log.read_text().splitlines()) if self.log.exists() else 0


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SYNTHS", str(tmp_path / "synths"))
    made = Repository(tmp_path / "repository", tmp_path / "synths")
    monkeypatch.chdir(made.folder)
    return made


def test_a_branch_is_compared_with_where_it_left_the_other(repository, capsys):
    repository.commit(TOPIC)
    repository.git("checkout", "--quiet", "main")
    repository.commit(TOPIC | TABLE | {"Later": {"Type": "AWS::SNS::Topic"}})
    repository.git("checkout", "--quiet", "work")
    assert main(["--against", "main", *DAY]) == 1
    told = capsys.readouterr()
    assert told.out.startswith("## BLOCK")
    assert "1 removed" in told.out
    assert "Later" not in told.out
    assert "synthesizes" in told.err


def test_it_says_where_the_verdict_comes_from(repository, tmp_path, capsys):
    base = repository.git("rev-parse", "HEAD")
    repository.write("requirements.txt", "boto3==1.41.0\nnew==2.0\n")
    head = repository.commit(TOPIC | TABLE)
    report = tmp_path / "report.json"
    for not_committed in (False, True):
        assert main(["--against", "main", "--json", str(report), *DAY]) == 0
        told, found = capsys.readouterr().out, json.loads(report.read_text())["provenance"]
        jsonschema_rs.validator_for(SCHEMA).validate(json.loads(report.read_text()))
        assert (found["base_commit"], found["head_commit"]) == (base, head)
        assert found["not_committed"] == not_committed == ("what is not committed" in told)
        assert [tuple(each.values()) for each in found["packages"]] == [
            ("boto3", "1.40.0", "1.41.0"),
            ("new", "", "2.0"),
            ("old", "1.0", ""),
        ]
        for each in (base, head, found["rules"], "1.40.0 → 1.41.0", "none → 2.0"):
            assert each in unescape(told)
        repository.write("more", "not committed")


def test_both_sides_are_kept_by_their_commits(repository):
    repository.commit(TOPIC)
    for _ in range(2):
        assert main(["--against", "main", *DAY]) == 1
        assert repository.synths == 2
    assert repository.git("status", "--porcelain") == ""
    assert repository.git("worktree", "list").count("\n") == 0


def test_what_is_not_committed_is_judged_too(repository):
    assert main(["--against", "main", *DAY]) == 0
    repository.write("resources.json", json.dumps(TOPIC))
    assert main(["--against", "main", *DAY]) == 1
    repository.write("resources.json", json.dumps(TOPIC | TABLE))
    assert main(["--against", "main", *DAY]) == 0


def test_other_packages_make_a_kept_side_worthless(repository):
    """The base is synthesized with what is installed for the head."""
    assert main(["--against", "main", *DAY]) == 0
    assert repository.synths == 1
    repository.write("requirements.txt", "boto3==1.41.0\n")
    repository.commit(TOPIC | TABLE)
    assert main(["--against", "main", *DAY]) == 0
    assert repository.synths == 3


def test_an_app_may_be_in_a_folder(repository, monkeypatch):
    for name in ("app.py", "cdk.json", "resources.json", "requirements.txt"):
        target = repository.folder / "infra" / name
        target.parent.mkdir(exist_ok=True)
        (repository.folder / name).rename(target)
    (repository.folder / "infra" / "node_modules").symlink_to(ROOT / "node_modules")
    monkeypatch.chdir(repository.folder / "infra")
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", "a folder")
    assert main(["--against", "HEAD", *DAY]) == 0


@pytest.mark.parametrize(
    ("ref", "why"), [("nowhere", "no commit 'nowhere'"), ("--help", "no commit '--help'")]
)
def test_an_unknown_ref_ends_with_2_and_says_what_would_be_right(repository, capsys, ref, why):
    assert main([f"--against={ref}", *DAY]) == 2
    error = capsys.readouterr().err
    assert why in error
    assert "git fetch" in error
    assert "Traceback" not in error


def test_a_branch_of_another_history_ends_with_2(repository, capsys):
    repository.git("checkout", "--quiet", "--orphan", "stranger")
    repository.commit(TOPIC)
    assert main(["--against", "main", *DAY]) == 2
    assert "have no commit in common" in capsys.readouterr().err


@pytest.mark.parametrize("committed", [True, False])
def test_a_failed_synth_ends_with_2_and_leaves_nothing(repository, capsys, committed):
    repository.write("app.py", "raise SystemExit('no such table')")
    if committed:
        repository.git("commit", "--quiet", "--all", "--message", "broken")
    assert main(["--against", "main", *DAY]) == 2
    error = capsys.readouterr().err
    assert "no such table" in error
    assert "cdk synth" in error
    assert repository.git("worktree", "list").count("\n") == 0
    kept = (repository.folder / ".local" / "audit").iterdir()
    assert len([each for each in kept if each.name[0] != "."]) == 1


def test_outside_of_a_repository_it_ends_with_2(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert main(["--against", "main", *DAY]) == 2
    assert "not a git repository" in capsys.readouterr().err
