"""A route without an authorizer lets anybody spend this account's money."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.intrinsics import text_of
from audit.rules.registry import rule

KEYS = {
    "AWS::ApiGateway::Method": "AuthorizationType",
    "AWS::ApiGatewayV2::Route": "AuthorizationType",
    "AWS::Lambda::Url": "AuthType",
}


@rule(
    "BR-API-AUTHORIZED",
    on=tuple(KEYS),
    severity="critical",
    category="exposure",
    fix="give it an authorizer, or AWS_IAM",
)
def every_route_knows_its_caller(route: Resource, _: Environment) -> Iterator[str]:
    """Every route but a preflight knows who calls it."""
    kind = route.at(KEYS[route.type])
    if kind in (None, "NONE") and not _is_preflight(route):
        yield f"{KEYS[route.type]} is {text_of(kind or 'NONE')}"


def _is_preflight(route: Resource) -> bool:
    """Answered by the API itself, or by nothing: no program runs for it."""
    answers = route.at("Integration", "Type")
    return route.at("HttpMethod") == "OPTIONS" and answers in (None, "MOCK")
