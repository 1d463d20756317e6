"""Texts of a resource by where they are, policies aside."""

import re
from collections.abc import Iterator, Mapping

from audit.shown import written_out
from audit.template import Json
from audit.view import Resource

GUARDRAIL, VERSION = "AWS::Bedrock::Guardrail", "AWS::Bedrock::GuardrailVersion"
PARAMETER = "AWS::SSM::Parameter"

POLICIES = ("PolicyDocument", "AssumeRolePolicyDocument", "Policies", "KeyPolicy", "Statement")
# What tells the items of a list apart, so that another order is not another place.
LABELS = ("Name", "name", "Id", "id", "Key", "Type")
NAMING = re.compile(r"(name|alias|label|slug|key|(?<!odel_)(?<!odel)id)$", re.IGNORECASE)
# What measures calls of models, or pays for them, makes none.
WATCHING = ("AWS::CloudWatch::", "AWS::Budgets::", "AWS::CE::")


def leaves(resource: Resource | None) -> Iterator[tuple[str, str]]:
    """Texts by where they are, those inside JSON too. IAM is compared elsewhere, by meaning.
    A parameter's value is where its name says: `/chat/guardrail-version`, not `Value`."""
    if not resource or resource.type.startswith(WATCHING):
        return
    for place, text in _leaves(resource.properties, ""):
        if resource.type == PARAMETER and re.match(r"Value(\.|$)", place):
            named = resource.get("Name")
            place = place.replace("Value", named if isinstance(named, str) else resource.id, 1)
        yield place, text


def _leaves(value: Json, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and (inner := written_out(value)) is not None:
        value = inner
    if isinstance(value, Mapping):
        for name, each in value.items():
            if name not in POLICIES:
                yield from _leaves(each, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list):
        for label, each in labelled(value):
            yield from _leaves(_valued(each), f"{place}.{label}")
    elif isinstance(value, bool):
        yield place, str(value).lower()
    elif isinstance(value, (str, int)):
        yield place, str(value)


def _valued(item: Json) -> Json:
    """Of a pair of a name and a value, which is how containers write variables, the value."""
    names = {str(each).lower() for each in item} if isinstance(item, Mapping) else set()
    pair = names in ({"name", "value"}, {"key", "value"})
    return next(each for name, each in item.items() if name.lower() == "value") if pair else item


def labelled(items: list[Json]) -> Iterator[tuple[str, Json]]:
    first = items[0] if items and isinstance(items[0], Mapping) else {}
    for label in (*LABELS, *filter(NAMING.search, first)):
        names = [each.get(label) if isinstance(each, Mapping) else None for each in items]
        if all(isinstance(each, str) for each in names) and len(set(names)) == len(names):
            yield from zip(map(str, names), items, strict=True)
            return
    yield from ((str(i), each) for i, each in enumerate(items))
