"""What an authorizer asks, and whom."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change


@on_change(
    "authorizer-loose",
    category="exposure",
    on=("AWS::ApiGateway::Authorizer", "AWS::ApiGatewayV2::Authorizer"),
    fix="keep what the authorizer reads and asks",
)
def authorizers_ask_the_same(change: Change) -> Iterator[Hazard]:
    """An authorizer asks the same provider, for the same audience, on the same evidence."""
    if not change.before or not change.after:
        return
    for name in (
        "ProviderARNs",
        "JwtConfiguration",
        "IdentityValidationExpression",
        "Type",
        "IdentitySource",
    ):
        was, now = change.was(name), change.now(name)
        if was != now and was is not None:
            severity = "medium" if now else "high"
            yield Hazard(severity, {name: was}, {name: now}, "other callers may pass than before")
