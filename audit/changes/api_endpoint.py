"""From where an API can be reached."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change

REST, NAME = "AWS::ApiGateway::RestApi", "AWS::ApiGateway::DomainName"


@on_change(
    "api-endpoint",
    category="exposure",
    on=(REST, NAME),
    fix="keep the API private, or put a regional one behind a firewall and an authorizer",
)
def private_apis_stay_private(change: Change) -> Iterator[Hazard]:
    """An API that only endpoints of a VPC could reach is not put on the internet."""
    was, now = (
        side("EndpointConfiguration.Types") or ["EDGE"] for side in (change.was, change.now)
    )
    if change.before and change.after and "PRIVATE" in was and "PRIVATE" not in now:
        yield Hazard("critical", was, now, "the API leaves the VPC for the internet")
