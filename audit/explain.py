"""`python -m audit explain`: what a rule asks for, and what its findings mean for a change."""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from itertools import groupby
from pathlib import Path

from audit.errors import AuditError
from audit.finding import SEVERITIES
from audit.known import Case, Known, known_rules
from audit.verdict import DEFAULT, Policy, read_policy


def main(arguments: Sequence[str]) -> int:
    """0; a rule that is unknown is an AuditError, which names those of nearly that name."""
    given = _parser().parse_args(arguments)
    known = known_rules()
    if not given.rule:
        print(table(known.values()))
        return 0
    if given.rule not in known:
        raise AuditError(_unknown(given.rule, list(known)))
    print("\n".join(_explained(known[given.rule], read_policy(given.policy))))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m audit explain", description=__doc__)
    add = parser.add_argument
    add("rule", nargs="?", metavar="RULE", help="as findings name it; without one, all are listed")
    add("--policy", type=Path, default=DEFAULT, metavar="FILE", help="default: audit/policy.toml")
    return parser


def table(known: Iterable[Known]) -> str:
    """The rules as a table in Markdown; docs/audit-changes.md holds what this says."""
    rows = [f"| {each.id} | {each.category} | {each.sentence} |" for each in known]
    return "\n".join(["| rule | category | what must hold |", "|---|---|---|", *rows])


def _explained(rule: Known, policy: Policy) -> Iterator[str]:
    yield f"{rule.id} ({rule.category}): {rule.sentence}"
    yield f"To mend it: {rule.fix}."
    yield f"It stands in {rule.source}."
    yield from _cases(rule.cases)
    yield f"What its findings mean, by severity (owner: {policy.owners[rule.category]}):"
    lenient = ", ".join(sorted(policy.lenient))
    for severity in SEVERITIES:
        strict, mild = (policy.verdict_of(rule.category, severity, each) for each in (False, True))
        yield f"  {severity:<8}  {strict}" + (f", in {lenient}: {mild}" if mild != strict else "")


def _cases(cases: Sequence[Case]) -> Iterator[str]:
    """What is lost, the gravest first, and with which settings."""
    ordered = sorted(cases, key=lambda each: (SEVERITIES.index(each.severity), each.why))
    for (severity, why), held in groupby(ordered, key=lambda each: (each.severity, each.why)):
        places = ", ".join(sorted(each.place for each in held))
        yield f"  {severity:<8}  {why}: {places}"


def _unknown(rule: str, known: Sequence[str]) -> str:
    near = get_close_matches(rule.lower(), known, n=3, cutoff=0.5)
    hint = f"do you mean {', '.join(near)}? " if near else ""
    return (
        f"no rule {rule!r}; {hint}`python -m audit explain` lists the {len(known)} that there are"
    )
