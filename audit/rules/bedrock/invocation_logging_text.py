"""Prompts hold what people should not have written: logging them is a decision, not a default."""

import re
from collections.abc import Iterator

from audit.environment import Environment, Resource, truth, walk
from audit.intrinsics import text_of
from audit.rules.registry import ANY, rule
from audit.template import Json

SWITCH = re.compile(r"text_?data_?delivery_?enabled$", re.IGNORECASE)
LIST = re.compile(r"(^|\.)deliver[^.]*$", re.IGNORECASE)
CUSTOM = "AWS::CloudFormation::CustomResource"


@rule(
    "BR-INVOCATION-LOGGING-TEXT",
    on=ANY,
    severity="high",
    category="data",
    fix="set textDataDeliveryEnabled to false, or accept the finding where prompts must be kept",
)
def prompts_are_not_logged(resource: Resource, _: Environment) -> Iterator[str]:
    """The invocation log does not hold prompts and answers."""
    if resource.type.startswith("Custom::") or resource.type == CUSTOM:
        for path, value in walk(resource.properties):
            if SWITCH.search(path) and truth(value) is not False:
                yield f"{path} is {text_of(value)}"
            if LIST.search(path) and _names_text(value):
                yield f"{path} has text"


def _names_text(value: Json) -> bool:
    return isinstance(value, list) and "text" in [text_of(each).lower() for each in value]
