"""Ways between subnets and the internet."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.openings import ROUTE, is_world


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
        if is_world(to) and not str(change.now("GatewayId")).startswith("vgw"):
            # What is in an existing subnet was put there while nobody could reach it.
            severity = "high" if change.base.referred(change.now("RouteTableId")) else "medium"
            why = "what is in the subnet can be reached from the internet"
            yield Hazard(severity, None, to, why)
