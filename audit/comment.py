"""The comment on a pull request: the verdict first, then why, then everything else, folded."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from audit.brief import brief
from audit.counts import PARTS
from audit.finding import SEVERITIES, Finding
from audit.inert import code, plain
from audit.names import by_rule
from audit.packages import Package
from audit.provenance import TOOL, VERSION, rules_version
from audit.result import Result
from audit.verdict import BLOCK, NEEDS_APPROVAL, PASS
from audit.worst_case import WorstCase

# GitHub refuses a longer comment; half of it is what people read.
LIMIT, COMFORTABLE = 65_536, 32_768
# The title of what blocks, and the line that says how much of it is left out.
ASIDE = 200
PACKAGES = 20
PACK = {"new": "newly broken", "fixed": "fixed", "kept": "as before", "accepted": "accepted"}
MARKER = "<!-- strata-audit -->"
MEANS = {
    PASS: "nothing here needs anyone's approval",
    NEEDS_APPROVAL: "to be approved by {owners}",
    BLOCK: "fix it, or accept it with a reason, an owner and a last day",
}

Line = Callable[[Sequence[Finding]], str]


def comment(result: Result) -> str:
    """As much as fits: every blocking finding always, the rest in less and less detail."""
    found = ""
    levels = ((_full, _full), (_full, _short), (_short, _short), (_short, None), (None, None))
    for limit in (COMFORTABLE, LIMIT):
        for blocking, others in levels:
            found = _comment(result, blocking, others)
            if len(found) <= limit:
                return found
    return found


def _comment(result: Result, blocking: Line | None, others: Line | None) -> str:
    """Without a line for each, what blocks is told by its names, as many as can be said."""
    needing = result.with_verdict(NEEDS_APPROVAL)
    before = [_head(result), _table(result), *_rules(result)]
    after: list[str] = []
    if others:
        after += _by_owner(result, needing, others)
        after += _folded("Nothing to do", result.with_verdict(PASS), others)
        after += _accepted(result)
    else:
        after.append(
            f"{len(needing)} findings need approval and {len(result.accepted)} are accepted: "
            "see the JSON report."
        )
    after += _foot(result)
    found = result.with_verdict(BLOCK)
    room = LIMIT - sum(len(each) + 2 for each in [*before, *after]) - ASIDE
    lines = _lines(found, blocking) if blocking else list(by_rule(found, room))
    return "\n\n".join([*before, *_section("In the way", len(found), lines), *after]) + "\n"


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
    told: dict[str, list[str]] = {}
    for each in result.environments:
        if each.rules.get("new") or each.rules.get("fixed"):
            counts = (f"{title}: {each.rules[name]}" for name, title in PACK.items())
            told.setdefault(", ".join(counts), []).append(code(each.name))
    if told:
        lines = (f"{', '.join(names)} {counts}" for counts, names in told.items())
        yield f"Bedrock rules: {'; '.join(lines)}."


def _section(title: str, count: int, lines: Iterable[str]) -> Iterator[str]:
    if count:
        yield f"### {title}: {count}"
        yield "\n".join(lines)


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
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for each in findings:
        told = (each.resource, each.before, each.after, each.why)
        key = (each.rule, each.severity, *(_local(text, each.environment) for text in told))
        groups.setdefault(key, []).append(each)
    return [line(group) for group in groups.values()]


def _local(text: str, environment: str) -> str:
    """The same in every environment that says it of its own."""
    return text.replace(environment, "")


def _full(group: Sequence[Finding]) -> str:
    first = group[0]
    change = " → ".join(code(brief(each) or "nothing") for each in (first.before, first.after))
    return f"{_short(group)}<br>{change}<br>{plain(first.fix)}"


def _short(group: Sequence[Finding]) -> str:
    first = group[0]
    where = ", ".join(f"{code(each.environment)} {code(each.resource)}" for each in group)
    what = f"**{first.severity}** {plain(first.category)} {code(first.rule)}"
    return f"- {what} {where}: {plain(brief(first.why))}"


def _foot(result: Result) -> Iterator[str]:
    unknown = sorted({type for each in result.environments for type in each.not_understood})
    if unknown:
        shown = ", ".join(map(code, unknown[:20]))
        more = f" and {len(unknown) - 20} more" if len(unknown) > 20 else ""
        yield f"Not understood: {shown}{more}."
    unbounded: dict[str, list[str]] = {}
    for each in result.environments:
        if (case := each.models[1]) and case.usd is None:
            unbounded.setdefault(case.by, []).append(code(each.name))
    for why, names in unbounded.items():
        yield f"Models of {', '.join(names)} may cost any amount: {plain(why)}."
    yield from _provenance(result)
    sides = f"base {code(result.base)}, head {code(result.head)}"
    yield f"<sub>{sides}: an approval holds for this head alone.</sub>"
    yield MARKER


def _provenance(result: Result) -> Iterator[str]:
    """What it was judged from and by, in one line that is folded away."""
    known = result.provenance
    told = [f"rules {code(rules_version())}"]
    if known.base:
        more = " and what is not committed" if known.dirty else ""
        told.insert(0, f"base commit {code(known.base)}, head commit {code(known.head)}{more}")
        told.append(_packages(known.packages))
    yield from _details(f"judged by {TOOL} {VERSION}", ["; ".join(told)])


def _packages(changed: Sequence[Package]) -> str:
    shown = [
        f"{code(each.name)} {plain(each.before or 'none')} → {plain(each.after or 'none')}"
        for each in changed[:PACKAGES]
    ]
    more = f" and {len(changed) - PACKAGES} more" if len(changed) > PACKAGES else ""
    return f"packages locked otherwise: {', '.join(shown) or 'none'}{more}"
