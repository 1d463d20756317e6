"""`python -m operate delivery`: one step of a workflow each."""

import argparse
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from audit.digest import digest
from audit.errors import AuditError
from audit.ledger.store import open_store
from config.load import environment_names, load_environment
from operate.delivery import publish, reviews
from operate.delivery.drift import drift
from operate.delivery.github import GitHub
from operate.delivery.identity import ROLES, identity, write_token
from operate.delivery.previous import previous
from operate.delivery.reviewed import reviewed
from operate.delivery.smoke import smoke
from operate.errors import OperateError

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
    Run = Callable[[argparse.Namespace], int]


def register(commands: "Commands") -> None:
    """Add `delivery` and its steps to the command line."""
    parser = commands.add_parser(
        "delivery",
        help="the steps of the workflows in .github",
        description="What pull-request.yml, audit.yml, deploy.yml and drift.yml run. Those that "
        "speak to GitHub read GITHUB_API_URL, GITHUB_REPOSITORY and GITHUB_TOKEN.",
    )
    steps = parser.add_subparsers(required=True, metavar="STEP")
    _with_request(_add(steps, "approval", _approval, "print who approved, for `audit --approval`"))
    told = _add(steps, "publish", _publish, "show an audit on its pull request")
    _with_request(told)
    for name in ("comment", "report", "sarif"):
        told.add_argument(f"--{name}", type=Path, required=True)
    merged = _add(steps, "reviewed", _reviewed, "refuse an assembly that was not reviewed")
    merged.add_argument("--commit", required=True)
    merged.add_argument("--assembly", type=Path, required=True)
    _add(steps, "approvers", _approvers, "print who let this run go on, for the ledger")
    run = _add(steps, "run", _run, "run a command as a role of the environment")
    run.add_argument("--role", choices=ROLES, default=ROLES[0])
    _in_environment(run)
    run.add_argument("command", nargs=argparse.REMAINDER)
    tried = _in_environment(_add(steps, "smoke", _smoke, "does what was deployed answer?"))
    tried.add_argument("--base-url", help="where its own does not lead: the embedded AWS, a VPC")
    _in_environment(_add(steps, "drift", _drift, "is what is deployed what was declared?"))
    _in_environment(_add(steps, "previous", _previous, "print the commit that was live before"))
    same = _add(steps, "same", _same, "refuse an assembly of another digest")
    same.add_argument("assembly", type=Path)
    same.add_argument("digest")


def _add(steps: "Commands", name: str, run: "Run", help: str) -> argparse.ArgumentParser:
    parser = steps.add_parser(name, help=help, description=help)
    parser.set_defaults(run=lambda given: _explained(run, given))
    return parser


def _explained(run: "Run", given: argparse.Namespace) -> int:
    try:
        return run(given)
    except AuditError as error:
        raise OperateError(str(error)) from None


def _with_request(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--owner", required=True, help="of the branch's repository: a fork's, too")
    parser.add_argument("--branch", required=True)
    parser.add_argument("--commit", required=True, help="the last of the branch")
    parser.add_argument("--owners", type=Path, default=Path(".github/audit-owners.toml"))
    parser.add_argument("--assembly", type=Path, help="what the approval is for")


def _in_environment(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("environment", choices=environment_names())
    return parser


def _approval(given: argparse.Namespace) -> int:
    github = GitHub.here()
    request = reviews.find_request(github, given.owner, given.branch, given.commit)
    people = reviews.approvers(github, request, given.commit)
    groups = reviews.groups(given.owners, people)
    print(json.dumps({"digest": digest(given.assembly), "groups": groups}))
    return 0


def _publish(given: argparse.Namespace) -> int:
    github = GitHub.here()
    request = reviews.find_request(github, given.owner, given.branch, given.commit)
    publish.upsert_comment(github, request, given.comment.read_text(encoding="utf-8"))
    publish.set_status(github, given.commit, json.loads(given.report.read_text(encoding="utf-8")))
    publish.upload_sarif(github, given.commit, request, given.sarif)
    return 0


def _reviewed(given: argparse.Namespace) -> int:
    print(reviewed(GitHub.here(), given.commit, given.assembly).arguments(), end="")
    return 0


def _approvers(given: argparse.Namespace) -> int:
    """https://docs.github.com/en/rest/actions/workflow-runs, "review history"."""
    run = os.environ.get("GITHUB_RUN_ID", "")
    for each in GitHub.here().get(f"/actions/runs/{run}/approvals"):
        if each["state"] == "approved":
            print(f"--approver={each['user']['login']}")
    return 0


def _run(given: argparse.Namespace) -> int:
    token = write_token()
    try:
        role = identity(load_environment(given.environment), given.role, token)
        return subprocess.run(given.command, env={**os.environ, **role}).returncode
    finally:
        token.unlink()


def _smoke(given: argparse.Namespace) -> int:
    steps = smoke(load_environment(given.environment), given.base_url)
    for each in steps:
        print(f"{'ok    ' if each.passed else 'FAILED'} {each.name}", end="")
        print("" if each.passed else f": {each.told}")
    return 0 if all(each.passed for each in steps) else 1


def _drift(given: argparse.Namespace) -> int:
    found = drift(load_environment(given.environment))
    for each in found:
        print(f"{each.status:12} {each.stack} {each.resource} ({each.type})")
    print(f"{len(found)} resources drifted or could not be checked")
    return 1 if found else 0


def _previous(given: argparse.Namespace) -> int:
    done = previous(open_store(os.environ.get("AUDIT_LEDGER", "")), given.environment)
    print(f"commit={done.commit}\ndigest={done.digest}")
    return 0


def _same(given: argparse.Namespace) -> int:
    found = digest(given.assembly)
    if found != given.digest:
        raise OperateError(f"{given.assembly} has the digest {found}, and not {given.digest}")
    print(found)
    return 0
