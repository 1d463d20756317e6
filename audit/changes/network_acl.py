"""What network ACLs let into subnets."""

from collections.abc import Iterator, Mapping

from audit.change import Change, Hazard, on_change
from audit.openings import ACL, is_world, opening
from audit.template import Json
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
    elif change.before and not _within(change):
        was, now = _said(change.before), _said(change.after)
        yield Hazard("medium", was, now, "more may come into the subnet, or on more ports")


def _within(change: Change) -> bool:
    """Does it let in no more than it did?"""
    if not _allows(change.before) or not _allows(change.after):
        return True
    old, new = (list(opening(_as_group(each))) for each in (change.before, change.after))
    return not old or all(any(each.within(other) for other in old) for each in new)


def _allows(entry: Resource | None) -> bool:
    inward = entry is not None and str(entry.get("Egress")).lower() != "true"
    return inward and str(entry.get("RuleAction")).lower() == "allow"  # type: ignore[union-attr]


def _as_group(entry: Resource | None) -> Mapping[str, Json]:
    """An entry in the words of a security group's rules."""
    assert entry
    ports = entry.get("PortRange") or {}
    return {
        "IpProtocol": {"6": "tcp", "17": "udp"}.get(
            str(entry.get("Protocol")), entry.get("Protocol")
        ),
        "FromPort": ports.get("From"),
        "ToPort": ports.get("To"),
        "CidrIp": entry.get("CidrBlock"),
        "CidrIpv6": entry.get("Ipv6CidrBlock"),
    }


def _said(entry: Resource | None) -> list[str]:
    return [str(each) for each in opening(_as_group(entry))]


def _acl(entry: Resource | None) -> str | None:
    if not entry or str(entry.get("Egress")).lower() == "true":
        return None
    ranges = (entry.get("CidrBlock"), entry.get("Ipv6CidrBlock"))
    return str(entry.get("RuleAction")).lower() if any(map(is_world, ranges)) else None
