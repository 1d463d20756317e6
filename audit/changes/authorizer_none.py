"""Who is asked to prove who they are before an API answers."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change

ON = ("AWS::ApiGateway::Method", "AWS::ApiGatewayV2::Route")
NONE = "NONE"


@on_change(
    "authorizer-none",
    category="exposure",
    on=ON,
    fix="keep the authorizer, or make it an IAM-authorized route",
)
def callers_prove_who_they_are(change: Change) -> Iterator[Hazard]:
    """No route of an API answers callers that it does not know."""
    after = change.after
    if not after or after.get("HttpMethod") == "OPTIONS" or _is_preflight(after.get("RouteKey")):
        return
    was, now = (str(side("AuthorizationType") or NONE) for side in (change.was, change.now))
    if now != NONE:
        return
    why = "anyone who knows the address may call it"
    if change.before and was != NONE:
        yield Hazard("critical", was, now, why)
    elif not change.before and not after.get("ApiKeyRequired") and not _is_private(change):
        yield Hazard("high", None, now, why)


def _is_preflight(route: object) -> bool:
    return str(route or "").startswith("OPTIONS ")


def _is_private(change: Change) -> bool:
    """A private API is reached through endpoints only, which have policies of their own."""
    api = change.head.referred(change.now("RestApiId"))
    types = api.get("EndpointConfiguration.Types") if api else None
    return types == ["PRIVATE"]
