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


def port(value: Json) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None
