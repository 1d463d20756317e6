"""What gives somebody something by being there: an entry, a share, a way between networks."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from audit.change import Change, Hazard, on_change
from audit.facts import facts

RULE = "grant-added"


@on_change(
    RULE,
    category="access",
    fix="say in the pull request who needs it and until when, and name no more than that",
)
def nothing_is_given_unseen(change: Change) -> Iterator[Hazard]:
    """Nobody is newly given an entry, a share, or a way into a network."""
    grant = grants().get(change.resource.type)
    if not grant or not change.after:
        return
    category, severity, said = grant
    properties = said.get("of", ())
    if not change.before:
        now = {each: change.now(each) for each in properties} or change.after.type
        yield Hazard(severity, None, now, said["why"], category=category, rule=f"{category}-{RULE}")
        return
    changed = [each for each in properties if _gains(change.was(each), change.now(each))]
    if changed:
        yield Hazard(
            severity,
            {each: change.was(each) for each in changed},
            {each: change.now(each) for each in changed},
            said["why"],
            category=category,
            rule=f"{category}-{RULE}",
        )


def _gains(was: Any, now: Any) -> bool:
    """A list that only loses entries gives nobody more."""
    if isinstance(was, list) and isinstance(now, list):
        return any(each not in was for each in now)
    return bool(now) and was != now


@cache
def grants() -> dict[str, tuple[str, str, dict[str, Any]]]:
    """(category, severity, what is said of it) by type."""
    return {
        type: (category, severity, said)
        for category, severities in facts("grants.toml").items()
        for severity, types in severities.items()
        for type, said in types.items()
    }
