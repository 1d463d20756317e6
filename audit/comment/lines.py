"""A finding as a line: what, where and why; the change and the remedy, where there is room."""

from collections.abc import Callable, Sequence

from audit.brief import brief
from audit.finding import Finding
from audit.inert import code, plain

Line = Callable[[Sequence[Finding]], str]


def lines(findings: Sequence[Finding], line: Line) -> list[str]:
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


def full(group: Sequence[Finding]) -> str:
    first = group[0]
    change = " → ".join(code(brief(each) or "nothing") for each in (first.before, first.after))
    return f"{short(group)}<br>{change}<br>{plain(first.fix)}"


def short(group: Sequence[Finding]) -> str:
    first = group[0]
    where = ", ".join(f"{code(each.environment)} {code(each.resource)}" for each in group)
    what = f"**{first.severity}** {plain(first.category)} {code(first.rule)}"
    return f"- {what} {where}: {plain(brief(first.why))}"
