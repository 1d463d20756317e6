"""`python -m audit ledger append|verify|show`, and `python -m audit why ENV KIND NAME`."""

import argparse
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from audit.digest import digest
from audit.errors import AuditError
from audit.ledger.append import append
from audit.ledger.chain import check_head, head, read_chain
from audit.ledger.content import content
from audit.ledger.entry import OUTCOMES, Deployment, Entry, Tampered
from audit.ledger.evidence import read_evidence
from audit.ledger.store import open_store
from audit.ledger.told import entry_lines, reason_lines
from audit.ledger.why import KINDS, why

VARIABLE = "AUDIT_LEDGER"


def main(arguments: Sequence[str]) -> int:
    """0; 1 if the ledger is not as it was written; 2, from `__main__`, if it cannot be read."""
    return _run(_parser().parse_args(arguments))


def main_why(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m audit why")
    _register_why(parser)
    return _run(parser.parse_args(arguments))


def _run(given: argparse.Namespace) -> int:
    try:
        status: int = given.run(given)
    except Tampered as error:
        print(f"TAMPERED: {error}")
        return 1
    return status


def _append(given: argparse.Namespace) -> int:
    reviewed = digest(given.assembly)
    verdict, findings = read_evidence(given.report, given.environment, reviewed)
    deployment = Deployment(
        at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        environment=given.environment,
        outcome=given.outcome,
        commit=given.commit,
        pull_request=given.pull_request,
        approvers=sorted(given.approver),
        digest=reviewed,
        verdict=verdict,
        findings=findings,
        before={},
        after=content(given.assembly, given.environment),
    )
    entry = append(open_store(_address(given)), deployment)
    print(f"entry {entry.number}: {given.environment} {given.outcome}, {entry.hash}")
    return 0


def _verify(given: argparse.Namespace) -> int:
    chain = _chain(given)
    if given.expect_head:
        check_head(chain, given.expect_head)
    if given.json:
        print(json.dumps({"entries": len(chain), "head": head(chain)}))
        return 0
    print(f"{len(chain)} entries, each as it was written; the last is {head(chain)}")
    if not given.expect_head:
        print("An end cut off is seen with --expect-head, or by the bucket's object lock.")
    return 0


def _show(given: argparse.Namespace) -> int:
    wanted = given.environment
    chain = [each for each in _chain(given) if wanted in (None, each.deployment.environment)]
    if given.json:
        print(json.dumps([each.told() for each in chain], indent=2))
    else:
        print("\n".join(line for each in chain for line in entry_lines(each)) or "no entry")
    return 0


def _why(given: argparse.Namespace) -> int:
    reason = why(_chain(given), given.environment, given.kind, given.name)
    if given.json:
        told = {"before": reason.before, "after": reason.after, "entry": reason.entry.told()}
        print(json.dumps({**told, "unsure": [each.number for each in reason.unsure]}, indent=2))
    else:
        asked = f"{given.environment} {given.kind} {given.name}"
        print("\n".join(reason_lines(asked, reason)))
    return 0


def _chain(given: argparse.Namespace) -> list[Entry]:
    return read_chain(open_store(_address(given)).read())


def _address(given: argparse.Namespace) -> str:
    address: str = given.ledger or os.environ.get(VARIABLE, "")
    if not address:
        raise AuditError(f"no ledger named: give --ledger s3://bucket, or set {VARIABLE}")
    return address


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m audit ledger", description=main.__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    append = commands.add_parser(
        "append",
        help="write what a deployment did; @FILE holds arguments, one a line",
        fromfile_prefix_chars="@",
    )
    _register_append(append)
    verify = _reading(commands.add_parser("verify", help="is it as it was written?"), _verify)
    verify.add_argument("--expect-head", metavar="HASH", help="a hash that was once the last")
    show = _reading(commands.add_parser("show", help="every entry, in words"), _show)
    show.add_argument("--environment")
    return parser


def _register_append(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    _where(parser)
    add("--environment", required=True)
    add("--assembly", type=Path, default=Path("cdk.out"), metavar="CDK.OUT")
    add("--report", type=Path, required=True, help="what `python -m audit --json` wrote of it")
    add("--commit", required=True)
    add("--pull-request", type=int)
    add("--approver", action="append", default=[], help="once for each")
    add("--outcome", required=True, choices=OUTCOMES)
    parser.set_defaults(run=_append)


def _register_why(parser: argparse.ArgumentParser) -> None:
    _reading(parser, _why)
    parser.add_argument("environment")
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("name")


def _reading(parser: argparse.ArgumentParser, run: object) -> argparse.ArgumentParser:
    _where(parser)
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.set_defaults(run=run)
    return parser


def _where(parser: argparse.ArgumentParser) -> None:
    help = f"s3://bucket/prefix, or a folder; else what {VARIABLE} says"
    parser.add_argument("--ledger", metavar="ADDRESS", help=help)
