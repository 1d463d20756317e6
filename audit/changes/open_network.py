"""Who may reach what over the network: security groups, network ACLs, routes to the internet."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from audit.change import Change, Hazard, on_change
from audit.template import Json
from audit.view import Resource

GROUP, INGRESS = "AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"
EGRESS, ACL, ROUTE = (
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::NetworkAclEntry",
    "AWS::EC2::Route",
)
PUBLIC_BY_NATURE = {(80, 80), (443, 443)}
# A range this wide is the internet, whatever it leaves out (0.0.0.0/1 for instance).
WORLD = {4: 8, 6: 16}


@dataclass(frozen=True)
class Opening:
    protocol: str
    first: int
    last: int
    source: IPv4Network | IPv6Network

    @property
    def world(self) -> bool:
        return self.source.prefixlen < WORLD[self.source.version] and not self.source.is_private

    def within(self, other: "Opening") -> bool:
        return (
            other.protocol in ("-1", self.protocol)
            and other.first <= self.first <= self.last <= other.last
            and self.source.version == other.source.version
            and self.source.subnet_of(other.source)  # type: ignore[arg-type]
        )

    def __str__(self) -> str:
        ports = (
            "all ports" if (self.first, self.last) == (0, 65535) else f"{self.first}-{self.last}"
        )
        return f"{self.source} {self.protocol.replace('-1', 'all protocols')} {ports}"


@on_change(
    "network-open",
    category="exposure",
    on=(GROUP, INGRESS),
    fix="name the callers' addresses or security group",
)
def callers_stay_the_same(change: Change) -> Iterator[Hazard]:
    """No more addresses, and no more ports, may be reached than before."""
    before = list(_openings(change.before, "SecurityGroupIngress"))
    if change.resource.type == INGRESS and not change.before:
        before += _of_group(change)
    for new in _openings(change.after, "SecurityGroupIngress"):
        if not any(new.within(each) for each in before):
            yield Hazard(
                _severity(new), [str(each) for each in before] or None, str(new), _why(new)
            )


@on_change("network-out", category="exposure", on=(GROUP, EGRESS), fix="name where calls may go")
def destinations_stay_the_same(change: Change) -> Iterator[Hazard]:
    """What could not call the internet still cannot."""
    if not change.before and change.resource.type == GROUP:
        return
    before = list(_openings(change.before, "SecurityGroupEgress"))
    if change.before and change.resource.type == GROUP and not before:
        return  # no rule at all means everywhere already
    if change.resource.type == GROUP and change.after and not change.now("SecurityGroupEgress"):
        why = "a group without rules for what leaves it lets everything out"
        yield Hazard("medium", [str(each) for each in before], None, why)
    for new in _openings(change.after, "SecurityGroupEgress"):
        if new.world and not any(new.within(each) for each in before):
            why = "what runs here may send data anywhere on the internet"
            yield Hazard("medium", [str(each) for each in before] or None, str(new), why)


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


@on_change(
    "network-route",
    category="exposure",
    on=ROUTE,
    fix="route through a NAT gateway, or keep the subnet private",
)
def private_subnets_stay_private(change: Change) -> Iterator[Hazard]:
    """No subnet newly gets a way to and from the internet."""
    if change.now("GatewayId") and not change.was("GatewayId"):
        to = change.now("DestinationCidrBlock") or change.now("DestinationIpv6CidrBlock")
        if to in ("0.0.0.0/0", "::/0") and not str(change.now("GatewayId")).startswith("vgw"):
            yield Hazard(
                "medium", None, to, "what is in the subnet can be reached from the internet"
            )


def _severity(opening: Opening) -> str:
    if not opening.world:
        return "low" if opening.source.is_private else "medium"
    return "high" if (opening.first, opening.last) in PUBLIC_BY_NATURE else "critical"


def _why(opening: Opening) -> str:
    return "anyone on the internet may connect" if opening.world else "more addresses may connect"


def _of_group(change: Change) -> Iterator[Opening]:
    """What the group already let in, be it inline or by rules of their own."""
    group = change.resource.get("GroupId")
    owner = change.base.referred(group)
    yield from _openings(owner, "SecurityGroupIngress")
    for rule in change.base.of(INGRESS):
        if rule.get("GroupId") == group:
            yield from _openings(rule, "")


def _openings(resource: Resource | None, property: str) -> Iterator[Opening]:
    if not resource:
        return
    rules = resource.get(property) if resource.type == GROUP else [resource.properties]
    for rule in rules if isinstance(rules, list) else [rules]:
        if isinstance(rule, Mapping):
            yield from _opening(rule)


def _opening(rule: Mapping[str, Json]) -> Iterator[Opening]:
    protocol = str(rule.get("IpProtocol", "-1")).lower()
    first, last = (_port(rule.get(each)) for each in ("FromPort", "ToPort"))
    if protocol == "-1" or first is None or first < 0:
        first, last = 0, 65535
    for name in ("CidrIp", "CidrIpv6"):
        try:
            if given := rule.get(name):
                yield Opening(
                    protocol,
                    first,
                    first if last is None else last,
                    ip_network(given, strict=False),
                )
        except ValueError:
            continue  # only the deployment knows the address


def _port(value: Json) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def _acl(entry: Resource | None) -> str | None:
    if not entry or str(entry.get("Egress")).lower() == "true":
        return None
    wide = entry.get("CidrBlock") == "0.0.0.0/0" or entry.get("Ipv6CidrBlock") == "::/0"
    return str(entry.get("RuleAction")).lower() if wide else None
