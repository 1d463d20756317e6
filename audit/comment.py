"""The comment on a pull request: the verdict first, then why, then everything else, folded."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from audit.counts import PARTS
from audit.finding import SEVERITIES, Finding
from audit.inert import code, plain
from audit.result import Result
from audit.verdict import BLOCK, NEEDS_APPROVAL, PASS
from audit.worst_case import WorstCase

# GitHub refuses a longer comment; half of it is what people read.
LIMIT, COMFORTABLE = 65_536, 32_768
MARKER = "<!-- strata-audit -->"
MEANS = {
    PASS: "nothing here needs anyone's approval",
    NEEDS_APPROVAL: "to be approved by {owners}",
    BLOCK: "fix it, or accept it with a reason, an owner and a last day",
}

Line = Callable[[Sequence[Finding]], str]


def comment(result: Result) -> str:
    """As much as fits: every blocking finding always, the rest in less and less detail."""
    levels = ((_full, _full), (_full, _short), (_short, _short), (_short, None), (_names, None))
    found = ""
    for limit in (COMFORTABLE, LIMIT):
        for blocking, others in levels:
            found = _comment(result, blocking, others)
            if len(found) <= limit:
                return found
    return found[: LIMIT - 200] + "\n\n(cut here: the JSON report holds the rest)"


def _comment(result: Result, blocking: Line, others: Line | None) -> str:
    parts = [
        _head(result),
        _table(result),
        *_rules(result),
        *_section("In the way", result.with_verdict(BLOCK), blocking),
    ]
    needing = result.with_verdict(NEEDS_APPROVAL)
    if others:
        parts += _by_owner(result, needing, others)
        parts += _folded("Nothing to do", result.with_verdict(PASS), others)
        parts += _accepted(result)
    else:
        parts.append(
            f"{len(needing)} findings need approval and {len(result.accepted)} are accepted: "
            "see the JSON report."
        )
    return "\n\n".join([*parts, *_foot(result)]) + "\n"


def _head(result: Result) -> str:
    owners = ", ".join(map(code, result.owners))
    means = MEANS[result.verdict].format(owners=owners)
    approved = (
        f" Approved by {', '.join(map(code, sorted(result.approved)))}." if result.approved else ""
    )
    return f"## {result.verdict}\n\n{means[0].upper()}{means[1:]}.{approved}"


def _table(result: Result) -> str:
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


def _rules(result: Result) -> Iterator[str]:
    """What the change does to the rule pack; what was broken before is no news."""
    told = [
        f"{code(each.name)} {each.rules['new']} new, fixed: {each.rules['fixed']}, "
        f"{each.rules['kept']} as before, {each.rules['accepted']} accepted in the template"
        for each in result.environments
        if each.rules.get("new") or each.rules.get("fixed")
    ]
    if told:
        yield f"Bedrock rules: {'; '.join(told)}."


def _section(title: str, findings: Sequence[Finding], line: Line) -> Iterator[str]:
    if findings:
        yield f"### {title}: {len(findings)}"
        yield "\n".join(_lines(findings, line))


def _by_owner(result: Result, findings: Sequence[Finding], line: Line) -> Iterator[str]:
    owners = result.policy.owners
    for owner in sorted({owners[each.category] for each in findings}):
        own = [each for each in findings if owners[each.category] == owner]
        state = "approved by" if owner in result.approved else "needs"
        yield from _details(f"{state} {plain(owner)}: {len(own)}", _lines(own, line))


def _folded(title: str, findings: Sequence[Finding], line: Line) -> Iterator[str]:
    if findings:
        yield from _details(f"{title}: {len(findings)}", _lines(findings, line))


def _accepted(result: Result) -> Iterator[str]:
    lines = [
        f"- {code(finding.rule)} {code(finding.environment)} {code(finding.resource)}: "
        f"until {waiver.until} by {plain(waiver.owner)}: {plain(waiver.reason)}"
        for finding, waiver in result.accepted
    ]
    if lines:
        yield from _details(f"accepted: {len(lines)}", lines)


def _details(summary: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"<details><summary>{summary}</summary>"
    yield "\n".join(lines)
    yield "</details>"


def _lines(findings: Sequence[Finding], line: Line) -> list[str]:
    """One line for what is found alike in several environments."""
    if line is _names:
        ordered = sorted(findings, key=lambda each: (each.rule, each.resource))
        return [_names(list(group)) for _, group in groupby(ordered, key=lambda each: each.rule)]
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for each in findings:
        key = (each.rule, each.severity, _local(each), each.before, each.after, each.why)
        groups.setdefault(key, []).append(each)
    return [line(group) for group in groups.values()]


def _local(finding: Finding) -> str:
    return finding.resource.replace(finding.environment, "")


def _full(group: Sequence[Finding]) -> str:
    first = group[0]
    change = f"{code(first.before or 'nothing')} → {code(first.after or 'nothing')}"
    return f"{_short(group)}<br>{change}<br>{plain(first.fix)}"


def _short(group: Sequence[Finding]) -> str:
    first = group[0]
    where = ", ".join(f"{code(each.environment)} {code(each.resource)}" for each in group)
    what = f"**{first.severity}** {plain(first.category)} {code(first.rule)}"
    return f"- {what} {where}: {plain(first.why)}"


def _names(group: Sequence[Finding]) -> str:
    by_resource: dict[str, list[str]] = {}
    for each in group:
        by_resource.setdefault(each.environment, []).append(plain(each.resource))
    where = "; ".join(
        f"{plain(name)}: {', '.join(dict.fromkeys(found))}" for name, found in by_resource.items()
    )
    return f"- {code(group[0].rule)} {where}"


def _foot(result: Result) -> Iterator[str]:
    unknown = sorted({type for each in result.environments for type in each.not_understood})
    if unknown:
        shown = ", ".join(map(code, unknown[:20]))
        more = f" and {len(unknown) - 20} more" if len(unknown) > 20 else ""
        yield f"Not understood: {shown}{more}."
    for each in result.environments:
        if (case := each.models[1]) and case.usd is None:
            yield f"Models of {code(each.name)} may cost any amount: {plain(case.by)}."
    sides = f"base {code(result.base)}, head {code(result.head)}"
    yield f"<sub>{sides}: an approval holds for this head alone.</sub>"
    yield MARKER
