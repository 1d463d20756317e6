"""What network ACLs let into subnets."""

from collections.abc import Iterator, Mapping

from audit.change import Change, Hazard, on_change
from audit.openings import ACL, Opening, is_world, opening
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
    else:
        was, now = _let_in(change.before), _let_in(change.after)
        if was and not all(any(each.within(other) for other in was) for each in now):
            why = "more may come into the subnet, or on more ports"
            yield Hazard("medium", [*map(str, was)], [*map(str, now)], why)


def _let_in(entry: Resource | None) -> list[Opening]:
    if not entry or _is_outward(entry) or _action(entry) != "allow":
        return []
    return list(opening(_as_group(entry)))


def _as_group(entry: Resource) -> Mapping[str, Json]:
    """An entry in the words of a security group's rules."""
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


def _acl(entry: Resource | None) -> str | None:
    """What becomes of traffic from the internet; None if it says nothing of that."""
    if not entry or _is_outward(entry):
        return None
    ranges = (entry.get("CidrBlock"), entry.get("Ipv6CidrBlock"))
    return _action(entry) if any(map(is_world, ranges)) else None


def _is_outward(entry: Resource) -> bool:
    return str(entry.get("Egress")).lower() == "true"


def _action(entry: Resource) -> str:
    return str(entry.get("RuleAction")).lower()
