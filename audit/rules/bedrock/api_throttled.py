"""Tokens cost money by the second: an API without a rate is a bill without a bound."""

from collections.abc import Iterator

from audit.environment import Environment, Resource, at, mapping
from audit.rules.invoking import invokes_anything
from audit.rules.registry import rule
from audit.template import Json
from audit.values import number

LIMITS = ("ThrottlingRateLimit", "ThrottlingBurstLimit")


@rule(
    "BR-API-THROTTLED",
    on=("AWS::ApiGateway::Stage", "AWS::ApiGatewayV2::Stage"),
    severity="medium",
    category="exposure",
    fix="set ThrottlingRateLimit and ThrottlingBurstLimit for all methods of the stage",
)
def every_method_is_throttled(stage: Resource, around: Environment) -> Iterator[str]:
    """An API in front of models has a rate and a burst for every method."""
    setting = _for_all(stage)
    for limit in LIMITS if invokes_anything(around) else ():
        if not (number(at(setting, limit)) or 0) > 0:
            yield f"{limit} of all methods is {at(setting, limit)}"


def _for_all(stage: Resource) -> Json:
    if stage.type == "AWS::ApiGatewayV2::Stage":
        return mapping(stage.at("DefaultRouteSettings"), "DefaultRouteSettings")
    for each in stage.list_at("MethodSettings"):
        if (at(each, "ResourcePath"), at(each, "HttpMethod")) == ("/*", "*"):
            return each
    return {}
