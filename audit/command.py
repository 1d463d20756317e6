"""`python -m audit BASE HEAD`: is this change allowed? Without credentials and network."""

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from audit.accepted import read_waivers
from audit.against import synthesized
from audit.approval import read_approval
from audit.comment import comment
from audit.errors import AuditError
from audit.provenance import Provenance
from audit.report import report
from audit.run import Judgement, audit
from audit.sarif import sarif
from audit.verdict import BLOCK, DEFAULT, NEEDS_APPROVAL, PASS, read_policy

STANDARD_OUTPUT = Path("-")
STATUS = {PASS: 0, BLOCK: 1, NEEDS_APPROVAL: 3}


def main(arguments: Sequence[str]) -> int:
    """0 PASS, 1 BLOCK, 3 NEEDS-APPROVAL; 2, from `__main__`, when there is no verdict."""
    given = _parser().parse_args(arguments)
    base, head, provenance = _sides(given)
    judgement = Judgement(
        policy=read_policy(given.policy),
        waivers=read_waivers(given.accepted) if given.accepted else (),
        approval=read_approval(given.approval) if given.approval else None,
        today=given.today,
    )
    result = audit(base, head, judgement, provenance)
    written = [(given.json, report(result)), (given.sarif, sarif(result))]
    for path, text in written:
        if path and path != STANDARD_OUTPUT:
            _write(path, text)
    told = [text for path, text in written if path == STANDARD_OUTPUT]
    sys.stdout.write("".join(told) or comment(result))
    return STATUS[result.verdict]


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise AuditError(f"{path} cannot be written: {error.strerror}") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m audit",
        description=__doc__,
        epilog="`python -m audit explain RULE` says what a rule asks for, `python -m audit rules` "
        "judges templates by themselves, `python -m audit ledger` keeps what was deployed, "
        "`python -m audit why` asks it. Exit status: 0 PASS, 1 BLOCK, "
        "3 NEEDS-APPROVAL, 2 no verdict (something could not be read).",
    )
    add = parser.add_argument
    add(
        "sides",
        nargs="*",
        type=Path,
        metavar="BASE HEAD",
        help="a cdk.out, a folder of templates or a template, each",
    )
    add(
        "--against",
        metavar="REF",
        help="synthesize where the branch left REF, and the working tree, and compare them",
    )
    add(
        "--json",
        type=Path,
        metavar="FILE",
        help="write them for machines (audit/report.schema.json); `-` prints that alone",
    )
    add("--sarif", type=Path, metavar="FILE", help="write them for code scanning")
    add("--policy", type=Path, default=DEFAULT, metavar="FILE", help="default: audit/policy.toml")
    add("--accepted", type=Path, metavar="FILE", help="findings that are lived with, as TOML")
    add(
        "--approval",
        type=Path,
        metavar="FILE",
        help="JSON: the digest that was reviewed, and the groups that approved it",
    )
    add("--today", type=date.fromisoformat, default=date.today(), metavar="DATE")
    return parser


def _sides(given: argparse.Namespace) -> tuple[Path, Path, Provenance]:
    if given.against and not given.sides:
        return synthesized(given.against)
    if given.against or len(given.sides) != 2:
        raise AuditError("give BASE and HEAD, or --against REF (or `rules` and templates)")
    base, head = given.sides
    return base, head, Provenance()
