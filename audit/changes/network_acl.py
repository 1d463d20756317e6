"""What network ACLs let into subnets."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.openings import ACL, is_world
from audit.view import Resource


@on_change(
    "network-acl", category="exposure", on=ACL, fix="allow only the addresses that must come in"
)
def subnets_stay_closed(change: Change) -> Iterator[Hazard]:
    """No network ACL entry newly allows the internet in, and none that denied is lost."""
    before, after = (_acl(each) for each in (change.before, change.after))
    if after == "allow" != before:
        yield Hazard(
            "high",
            before,
            change.now("CidrBlock") or change.now("Ipv6CidrBlock"),
            "the subnet lets the internet in",
        )
    elif before == "deny" != after:
        yield Hazard("high", "deny", after or "removed", "what the subnet refused may come in")


def _acl(entry: Resource | None) -> str | None:
    if not entry or str(entry.get("Egress")).lower() == "true":
        return None
    ranges = (entry.get("CidrBlock"), entry.get("Ipv6CidrBlock"))
    return str(entry.get("RuleAction")).lower() if any(map(is_world, ranges)) else None
