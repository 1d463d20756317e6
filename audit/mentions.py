"""Where templates speak of models: ids, profiles and ARNs, wherever they are written."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from audit import leaves
from audit.template import Json
from audit.values import listed
from audit.view import Resource, View

PROVIDERS = (
    "amazon|anthropic|meta|mistral|cohere|ai21|stability|deepseek|openai|qwen|writer|twelvelabs|luma"
    "|google|nvidia|minimax|moonshot|moonshotai|zai"
)
GEOGRAPHIES = "us-gov|us|eu|apac|ap|jp|au|ca|in|uk|sa|me|global"
MODEL = re.compile(
    rf"(?<![\w.-])(?:({GEOGRAPHIES})\.)?((?:{PROVIDERS})\.[a-z][a-z0-9]*[0-9.-][a-z0-9.*-]*(?::[0-9]+(?::[0-9a-z]+)?|:\*)?)"
)
ARN = re.compile(
    r"arn:aws[a-z-]*:bedrock:([a-z0-9*-]*):[^:]*:foundation-model/([A-Za-z0-9.:*?_-]*)"
)
# What measures models, pays for them or keeps what was said calls none.
WATCHING = (*leaves.WATCHING, "AWS::Logs::")
INVOKES = "bedrock:invokemodel"
ANY_MODEL = "(any model)"
NOT_A_MODEL = re.compile(r"^[a-z0-9]+\.(com|org|net|ai|io|dev)\b")


@dataclass(frozen=True)
class Mention:
    """`reach`: where it may answer: a profile's geography, a region of an ARN, or empty."""

    model: str
    reach: str


def mentions(view: View) -> dict[Mention, list[Resource]]:
    """What is said of models in an environment, and by which resources."""
    found: dict[Mention, list[Resource]] = {}
    for resource in view.resources.values():
        if resource.type.startswith(WATCHING):
            continue
        for mention in _in(resource.properties):
            found.setdefault(mention, []).append(resource)
    return found


def lists(value: Json, place: str = "") -> Iterator[tuple[str, list[str]]]:
    """Lists of models, in their order, by where they are."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from lists(each, f"{place}.{name}")
    elif isinstance(value, list):
        models = [found[0] for each in value if (found := MODEL.search(_text(each)))]
        if len(models) == len(value) > 1:
            yield place, models
        for i, each in enumerate(value):
            yield from lists(each, f"{place}.{i}")
    elif isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        yield from lists(_parsed(value), place)
    elif isinstance(value, str) and "," in value:
        yield from lists([each.strip() for each in value.split(",")], place)


def _text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def named(resource: Resource | None) -> set[str]:
    """The models that a resource names."""
    if not resource or resource.type.startswith(WATCHING):
        return set()
    return {each.model for each in _in(resource.properties)}


def named_in(resource: Resource, text: str) -> list[str]:
    """The models, as they are asked for, that one text of a resource names."""
    if resource.type.startswith(WATCHING):
        return []
    return sorted(f"{each.reach}{each.model}" for each in _in(text))


def _parsed(text: str) -> Json:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _in(value: Json) -> Iterator[Mention]:
    if isinstance(value, str):
        yield from _in_text(value)
    elif isinstance(value, Mapping):
        if _allows_any(value):
            yield Mention(ANY_MODEL, "*")
        if value.get("Effect") != "Deny":  # what is denied is not used
            for name, each in value.items():
                yield from _in(name)
                yield from _in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _in(each)


def _allows_any(statement: Mapping[str, Json]) -> bool:
    """Does a policy's statement let every model be called, without a word of models?"""
    actions = [str(each).lower() for each in listed(statement.get("Action"))]
    return (
        statement.get("Effect") == "Allow"
        and "*" in listed(statement.get("Resource"))
        and any(each.startswith("bedrock:") and fnmatchcase(INVOKES, each) for each in actions)
    )


def _in_text(text: str) -> Iterator[Mention]:
    if "." not in text and "foundation-model" not in text:
        return
    for region, model in ARN.findall(text):
        if model.strip("*") == "":
            yield Mention(ANY_MODEL, region or "*")
        else:
            yield Mention(model, region or "*")
    for geography, model in MODEL.findall(ARN.sub("", text)):
        if not NOT_A_MODEL.match(model):
            yield Mention(model.rstrip(".-:"), f"{geography}." if geography else "")
