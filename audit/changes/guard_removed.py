"""What is lost with a resource that protected or watched others."""

from collections.abc import Iterator
from functools import cache

from audit.calls import concerns
from audit.change import Change, Hazard, on_change
from audit.facts import facts
from audit.view import Resource

RULE = "guard-removed"
OF_EVENTS = "AWS::Events::Rule"


@on_change(
    RULE,
    category="exposure",
    fix="keep it, or say in the pull request what does its work now",
)
def what_protects_stays(change: Change) -> Iterator[Hazard]:
    """What protects data, filters traffic or watches the system is not removed."""
    removed = change.before
    if change.after or not removed or not (lost := lost_with(removed)):
        return
    if not change.head.resources:
        return  # the whole environment goes, and nothing is left to guard
    if removed.type == OF_EVENTS and removed.get("ScheduleExpression"):
        return  # a clock, not a watch
    said, severity, why = lost
    category = concerns(said, removed, change.base)
    yield Hazard(
        severity, removed.type, "removed", why, category=category, rule=f"{category}-{RULE}"
    )


def lost_with(removed: Resource) -> tuple[str, str, str] | None:
    """Of a type whose resources guard several things, what one of this `Type` guarded."""
    of_its_own = f"{removed.type}[{removed.get('Type')}]"
    return guards().get(of_its_own) or guards().get(removed.type)


def guarded(type: str) -> str | None:
    """The category of what such a resource guards; None if it guards nothing."""
    return guards()[type][0] if type in guards() else None


@cache
def guards() -> dict[str, tuple[str, str, str]]:
    """(category, severity, what is lost) by type."""
    return {
        type: (category, severity, why)
        for category, severities in facts("guards.toml").items()
        for severity, types in severities.items()
        for type, why in types.items()
    }
