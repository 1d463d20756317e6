"""How people read it: one paragraph a rule, under it what it found and where."""

from collections.abc import Sequence
from itertools import groupby

from audit.accepted import Waiver
from audit.finding import SEVERITIES, Finding
from audit.rules.registry import Rule


def findings(open_: Sequence[Finding], accepted: Sequence[Waiver]) -> str:
    """Findings by rule, then what is accepted, then how many of each."""
    ordered = sorted(open_, key=lambda each: (SEVERITIES.index(each.severity), each.rule))
    told = [_rule(list(group)) for _, group in groupby(ordered, key=lambda each: each.rule)]
    told += [_accepted(each, accepted.count(each)) for each in dict.fromkeys(accepted)]
    return "\n".join([*told, f"{len(open_)} open, {len(accepted)} accepted"])


def _rule(found: Sequence[Finding]) -> str:
    first = found[0]
    where = [f"  {each.environment} {each.resource}: {each.after}" for each in found]
    head = f"{first.rule} ({first.severity}, {first.category}): {first.why}"
    return "\n".join([head, *where, f"  To mend it: {first.fix}.", ""])


def _accepted(waiver: Waiver, times: int) -> str:
    held = f"{waiver.name}, {times} times, by {waiver.owner} until {waiver.until}"
    return f"Accepted: {held}: {waiver.reason}"


def pack(rules: Sequence[Rule]) -> str:
    """The rules as a table in Markdown; docs/audit-rules.md holds what this says."""
    rows = [
        f"| {each.id} | {each.severity} | {each.category} | {each.sentence} | {each.fix} |"
        for each in rules
    ]
    return "\n".join(["| rule | severity | category | what must hold | how |", RULER, *rows])


RULER = "|---|---|---|---|---|"
