"""Policies of an organization that hold for fewer of its accounts."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.changes.guard_removed import lost_with
from audit.values import listed


@on_change(
    "policy-detached",
    category="access",
    on="AWS::Organizations::Policy",
    fix="keep it on what it was attached to, or say what holds there now",
)
def policies_stay_where_they_were(change: Change) -> Iterator[Hazard]:
    """A policy of the organization holds for the accounts and units that it held for."""
    if not change.before or not change.after or not (lost := lost_with(change.before)):
        return
    was, now = (listed(each) for each in (change.was("TargetIds"), change.now("TargetIds")))
    if gone := [each for each in was if each not in now]:
        category, _, why = lost
        yield Hazard("high", gone, now, f"there, {why}", category=category)
