"""The comment on a pull request: the verdict first, then why, then everything else, folded."""

from collections.abc import Iterable, Iterator, Sequence

from audit.comment.fold import folded
from audit.comment.foot import foot
from audit.comment.lines import Line, full, lines, short
from audit.comment.names import by_rule
from audit.comment.table import rules, table
from audit.finding import Finding
from audit.inert import code, plain
from audit.result import Result
from audit.verdict import BLOCK, NEEDS_APPROVAL, PASS

# GitHub refuses a longer comment; half of it is what people read.
LIMIT, COMFORTABLE = 65_536, 32_768
# The title of what blocks, and the line that says how much of it is left out.
ASIDE = 200
MEANS = {
    PASS: "nothing here needs anyone's approval",
    NEEDS_APPROVAL: "to be approved by {owners}",
    BLOCK: "fix it, or accept it with a reason, an owner and a last day",
}


def comment(result: Result) -> str:
    """As much as fits: every blocking finding always, the rest in less and less detail."""
    found = ""
    levels = ((full, full), (full, short), (short, short), (short, None), (None, None))
    for limit in (COMFORTABLE, LIMIT):
        for blocking, others in levels:
            found = _comment(result, blocking, others)
            if len(found) <= limit:
                return found
    return found


def _comment(result: Result, blocking: Line | None, others: Line | None) -> str:
    """Without a line for each, what blocks is told by its names, as many as can be said."""
    needing = result.with_verdict(NEEDS_APPROVAL)
    before = [_head(result), table(result), *rules(result)]
    after: list[str] = []
    if others:
        after += _by_owner(result, needing, others)
        after += _under("Nothing to do", result.with_verdict(PASS), others)
        after += _accepted(result)
    else:
        after.append(
            f"{len(needing)} findings need approval and {len(result.accepted)} are accepted: "
            "see the JSON report."
        )
    after += foot(result)
    found = result.with_verdict(BLOCK)
    room = LIMIT - sum(len(each) + 2 for each in [*before, *after]) - ASIDE
    told = lines(found, blocking) if blocking else by_rule(found, room)
    return "\n\n".join([*before, *_in_the_way(len(found), told), *after]) + "\n"


def _head(result: Result) -> str:
    owners = ", ".join(map(code, result.owners))
    means = MEANS[result.verdict].format(owners=owners)
    approved = (
        f" Approved by {', '.join(map(code, sorted(result.approved)))}." if result.approved else ""
    )
    return f"## {result.verdict}\n\n{means[0].upper()}{means[1:]}.{approved}"


def _in_the_way(count: int, told: Iterable[str]) -> Iterator[str]:
    if count:
        yield f"### In the way: {count}"
        yield "\n".join(told)


def _by_owner(result: Result, findings: Sequence[Finding], line: Line) -> Iterator[str]:
    owners = result.policy.owners
    for owner in sorted({owners[each.category] for each in findings}):
        own = [each for each in findings if owners[each.category] == owner]
        state = "approved by" if owner in result.approved else "needs"
        yield from folded(f"{state} {plain(owner)}: {len(own)}", lines(own, line))


def _under(title: str, findings: Sequence[Finding], line: Line) -> Iterator[str]:
    if findings:
        yield from folded(f"{title}: {len(findings)}", lines(findings, line))


def _accepted(result: Result) -> Iterator[str]:
    told = [
        f"- {code(finding.rule)} {code(finding.environment)} {code(finding.resource)}: "
        f"until {waiver.until} by {plain(waiver.owner)}: {plain(waiver.reason)}"
        for finding, waiver in result.accepted
    ]
    if told:
        yield from folded(f"accepted: {len(told)}", told)
