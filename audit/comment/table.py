"""What there is to know of each environment, in one row."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from audit.counts import PARTS
from audit.finding import SEVERITIES
from audit.inert import code
from audit.result import Result
from audit.worst_case import WorstCase

PACK = {"new": "newly broken", "fixed": "fixed", "kept": "as before", "accepted": "accepted"}


def table(result: Result) -> str:
    head = ["environment", "verdict", "resources", "findings", "$ a month"]
    rows = [[*head, "models at most, $ a month"], ["---"] * 6]
    for each in result.environments:
        severities = Counter(one.severity for one in result.of(each.name))
        row = [code(each.name), result.verdict_of(each.name), _counted(each.counts, PARTS)]
        row.append(_counted(severities, SEVERITIES))
        row.append(_from_to(*(f"{usd:,.2f}" for usd in each.cost)))
        row.append(_from_to(*map(_worst_case, each.models)))
        rows.append(row)
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _counted(counts: Mapping[str, int], names: Sequence[str]) -> str:
    return ", ".join(f"{counts[name]} {name}" for name in names if counts.get(name)) or "none"


def _from_to(before: str, after: str) -> str:
    return before if before == after else f"{before} to {after}"


def _worst_case(case: WorstCase | None) -> str:
    if case is None:
        return "none called"
    return "not bounded" if case.usd is None else f"{case.usd:,.2f}"


def rules(result: Result) -> Iterator[str]:
    """What the change does to the rule pack; what was broken before is no news."""
    told: dict[str, list[str]] = {}
    for each in result.environments:
        if each.rules.get("new") or each.rules.get("fixed"):
            counts = (f"{title}: {each.rules[name]}" for name, title in PACK.items())
            told.setdefault(", ".join(counts), []).append(code(each.name))
    if told:
        lines = (f"{', '.join(names)} {counts}" for counts, names in told.items())
        yield f"Bedrock rules: {'; '.join(lines)}."
