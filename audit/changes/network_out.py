"""Where what runs may call: what security groups let out."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.openings import EGRESS, GROUP, openings


@on_change("network-out", category="exposure", on=(GROUP, EGRESS), fix="name where calls may go")
def destinations_stay_the_same(change: Change) -> Iterator[Hazard]:
    """What could not call the internet still cannot."""
    if not change.before and change.resource.type == GROUP:
        return
    before = list(openings(change.before, "SecurityGroupEgress"))
    if change.before and change.resource.type == GROUP and not before:
        return  # no rule at all means everywhere already
    if change.resource.type == GROUP and change.after and not change.now("SecurityGroupEgress"):
        why = "a group without rules for what leaves it lets everything out"
        yield Hazard("medium", [str(each) for each in before], None, why)
    for new in openings(change.after, "SecurityGroupEgress"):
        if new.world and not any(new.within(each) for each in before):
            why = "what runs here may send data anywhere on the internet"
            yield Hazard("medium", [str(each) for each in before] or None, str(new), why)
