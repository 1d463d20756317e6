"""Who may reach what: what security groups let in."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.openings import GROUP, INGRESS, Opening, openings

PUBLIC_BY_NATURE = {(80, 80), (443, 443)}


@on_change(
    "network-open",
    category="exposure",
    on=(GROUP, INGRESS),
    fix="name the callers' addresses or security group",
)
def callers_stay_the_same(change: Change) -> Iterator[Hazard]:
    """No more addresses, and no more ports, may be reached than before."""
    before = list(openings(change.before, "SecurityGroupIngress"))
    if change.resource.type == INGRESS and not change.before:
        before += _of_group(change)
    for new in openings(change.after, "SecurityGroupIngress"):
        if not any(new.within(each) for each in before):
            yield Hazard(
                _severity(new, before), [str(each) for each in before] or None, str(new), _why(new)
            )


def _severity(opening: Opening, before: list[Opening]) -> str:
    if not opening.world:
        # A rule that holds another one is a wider rule, and not one more of many.
        wider = any(each.within(opening) for each in before)
        return "low" if opening.internal and not wider else "medium"
    return "high" if (opening.first, opening.last) in PUBLIC_BY_NATURE else "critical"


def _why(opening: Opening) -> str:
    return "anyone on the internet may connect" if opening.world else "more addresses may connect"


def _of_group(change: Change) -> Iterator[Opening]:
    """What the group already let in, be it inline or by rules of their own."""
    group = change.resource.get("GroupId")
    owner = change.base.referred(group)
    yield from openings(owner, "SecurityGroupIngress")
    for rule in change.base.of(INGRESS):
        if rule.get("GroupId") == group:
            yield from openings(rule, "")
