"""Which addresses may reach which ports."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from audit.template import Json
from audit.view import Resource

GROUP, INGRESS = "AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"

EGRESS, ACL, ROUTE = (
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::NetworkAclEntry",
    "AWS::EC2::Route",
)

# A range this wide is the internet, whatever it leaves out (0.0.0.0/1 for instance).
WORLD = {4: 8, 6: 16}


# Where traffic comes from, or goes to, if it is not a range: another group, a list of ranges.
NAMED = (
    "SourceSecurityGroupId",
    "SourceSecurityGroupName",
    "SourcePrefixListId",
    "DestinationSecurityGroupId",
    "DestinationPrefixListId",
)
LIST = "pl:"


@dataclass(frozen=True)
class Opening:
    """`source` is a range of addresses, or what a group or a list of ranges is called."""

    protocol: str
    first: int
    last: int
    source: IPv4Network | IPv6Network | str

    @property
    def world(self) -> bool:
        source = self.source
        if isinstance(source, str):
            return False
        return source.prefixlen < WORLD[source.version] and not source.is_private

    @property
    def internal(self) -> bool:
        """Does it come from the network itself, as far as can be seen?"""
        if isinstance(self.source, str):
            return not self.source.startswith(LIST)
        return self.source.is_private

    def within(self, other: "Opening") -> bool:
        return (
            other.protocol in ("-1", self.protocol)
            and other.first <= self.first <= self.last <= other.last
            and _is_among(self.source, other.source)
        )

    def __str__(self) -> str:
        ports = (
            "all ports" if (self.first, self.last) == (0, 65535) else f"{self.first}-{self.last}"
        )
        return f"{self.source} {self.protocol.replace('-1', 'all protocols')} {ports}"


def _is_among(one: IPv4Network | IPv6Network | str, other: IPv4Network | IPv6Network | str) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return one.version == other.version and one.subnet_of(other)  # type: ignore[arg-type]


def openings(resource: Resource | None, property: str) -> Iterator[Opening]:
    if not resource:
        return
    rules = resource.get(property) if resource.type == GROUP else [resource.properties]
    for rule in rules if isinstance(rules, list) else [rules]:
        if isinstance(rule, Mapping):
            yield from opening(rule)


def opening(rule: Mapping[str, Json]) -> Iterator[Opening]:
    protocol = str(rule.get("IpProtocol", "-1")).lower()
    first, last = (port(rule.get(each)) for each in ("FromPort", "ToPort"))
    if protocol == "-1" or first is None or first < 0:
        first, last = 0, 65535
    last = first if last is None else last
    for name in NAMED:
        if given := rule.get(name):
            kind = LIST if name.endswith("PrefixListId") else ""
            yield Opening(protocol, first, last, f"{kind}{given}")
    for name in ("CidrIp", "CidrIpv6"):
        try:
            if given := rule.get(name):
                yield Opening(protocol, first, last, ip_network(given, strict=False))
        except ValueError:
            continue  # only the deployment knows the address


def is_world(range: Json) -> bool:
    """Is it a range of addresses as wide as the internet?"""
    try:
        return Opening("-1", 0, 65535, ip_network(range, strict=False)).world
    except ValueError:
        return False


def port(value: Json) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None
