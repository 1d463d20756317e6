"""`python -m audit rules`: the pack over templates, folders or a `cdk.out`."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from audit.accepted import Waiver, carried_waivers, read_waivers
from audit.assembly import UNKNOWN, read_environments
from audit.errors import AuditError
from audit.finding import SEVERITIES, Finding, at_least
from audit.limits import Limits
from audit.rules import table
from audit.rules.judge import judge
from audit.rules.registry import Rule, rules
from audit.template import Template


def main(arguments: Sequence[str]) -> int:
    """0 when nothing as grave as `--fail-on` is found, 1 when something is."""
    given = _parser().parse_args(arguments)
    chosen = _chosen(given.rule)
    if given.list:
        print(table.pack(chosen))
        return 0
    if not given.paths:
        raise AuditError("give a template, a folder of them or a cdk.out (or --list)")
    open_, accepted = _judge(given, chosen)
    print(_json(open_, accepted) if given.json else table.findings(open_, accepted))
    return int(any(at_least(each.severity, given.fail_on) for each in open_))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m audit rules", description=__doc__)
    add = parser.add_argument
    add("paths", nargs="*", type=Path, metavar="TEMPLATE_OR_FOLDER", help="also a cdk.out")
    add("--environment", metavar="NAME", help="only this one; bare templates are of it")
    add("--rule", action="append", metavar="ID", help="only this rule; may be repeated")
    add("--accepted", type=Path, metavar="FILE", help="findings that are lived with, as TOML")
    add("--residency", default="", metavar="REGIONS", help="regions that may answer, by comma")
    add("--fail-on", choices=SEVERITIES, default="medium", help="default: medium")
    add("--today", type=date.fromisoformat, default=date.today(), metavar="DATE")
    add("--json", action="store_true", help="print it for machines")
    add("--list", action="store_true", help="print the rules and what they ask for")
    return parser


def _chosen(ids: Sequence[str] | None) -> list[Rule]:
    known = {each.id: each for each in rules()}
    for id in ids or ():
        if id not in known:
            raise AuditError(f"no rule {id!r}; `--list` names the {len(known)} that there are")
    return [known[id] for id in ids or known]


def _judge(given: argparse.Namespace, chosen: Sequence[Rule]) -> tuple[list[Finding], list[Waiver]]:
    """What is open, and what is accepted and by which waiver."""
    waivers = read_waivers(given.accepted) if given.accepted else []
    limits = Limits(given.today, frozenset(filter(None, given.residency.split(","))))
    open_: list[Finding] = []
    used: list[Waiver] = []
    for name, templates in _environments(given).items():
        known = [*waivers, *carried_waivers(name, templates)]
        paths = {f"{t.name}/{id}": path for t in templates for id, path in t.paths.items()}
        for finding in judge(name, templates, chosen, limits):
            path = paths.get(finding.resource, "")
            covering = [each for each in known if each.covers(finding, path, given.today)]
            used += covering[:1]
            open_ += [] if covering else [finding]
    return open_, used


def _environments(given: argparse.Namespace) -> dict[str, list[Template]]:
    found = read_environments(given.paths, given.environment or UNKNOWN)
    wanted = [given.environment] if given.environment else sorted(found)
    if missing := set(wanted) - found.keys():
        raise AuditError(f"no environment {missing.pop()!r}; there are {', '.join(sorted(found))}")
    return {name: found[name] for name in wanted}


def _json(open_: Sequence[Finding], accepted: Sequence[Waiver]) -> str:
    told = {
        "findings": [asdict(each) for each in open_],
        "accepted": [asdict(each) for each in dict.fromkeys(accepted)],
    }
    return json.dumps(told, indent=2, default=str)
