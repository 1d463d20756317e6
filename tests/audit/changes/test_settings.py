"""What the audit's data names is there: a setting of a property that no type has finds nothing."""

import json
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import cfnlint
import pytest

from audit.settings import STEP, settings

SCHEMAS = Path(cfnlint.__file__).parent / "data" / "schemas" / "resources"
DATA = Path("audit/data")
# Any type at all, types of macros, and one that CloudFormation does not make yet.
NO_SCHEMA = ("*", "AWS::Serverless::", "AWS::Bedrock::ProvisionedModelThroughput")
Json = Any


@cache
def schemas() -> dict[str, Json]:
    found = (json.loads(each.read_text()) for each in sorted(SCHEMAS.glob("*.json")))
    return {each["typeName"]: each for each in found}


def typed() -> list[tuple[str, str]]:
    return [
        (type, each.path)
        for each in settings()
        for type in each.types
        if not type.startswith(NO_SCHEMA)
    ]


@pytest.mark.parametrize(("type", "path"), typed())
def test_a_setting_is_one_that_the_type_has(type, path):
    schema = schemas()[type]
    nodes = [{"properties": schema["properties"]}]
    for quoted, key, _ in STEP.findall(path):
        nodes = _children(schema, nodes, quoted.strip('"'))
        assert nodes, quoted
        if key:
            nodes = [_resolved(schema, _resolved(schema, each).get("items", {})) for each in nodes]
            assert _children(schema, nodes, key), key


@pytest.mark.parametrize("file", ["grants.toml", "resource_policies.toml"])
def test_a_property_is_one_that_the_type_has(file):
    for type, said in _types(tomllib.loads((DATA / file).read_text())):
        named = said.get("of", [])
        for property in [named] if isinstance(named, str) else named:
            assert property in schemas()[type]["properties"], (type, property)


def _types(value: Json) -> Iterator[tuple[str, Json]]:
    for name, each in value.items():
        if name.startswith("AWS::"):
            yield name, each
        else:
            yield from _types(each)


def _resolved(schema: Json, node: Json) -> Json:
    while "$ref" in node:
        node = schema["definitions"][node["$ref"].rpartition("/")[2]]
    return node


def _children(schema: Json, nodes: list[Json], name: str) -> list[Json]:
    """Of several nodes, where `*` stands for every property that they have."""
    named = [
        (node, each)
        for node in nodes
        for each in (_resolved(schema, node).get("properties", [name]) if name == "*" else [name])
    ]
    found = (_child(schema, node, each) for node, each in named)
    return [each for each in found if each is not None]


def _child(schema: Json, node: Json, name: str) -> Json:
    """The schema of a property, of an entry of a list, or {} of an object that may have any."""
    node = _resolved(schema, node)
    if name.isdigit():
        return node.get("items", {})
    if name in node.get("properties", {}):
        return node["properties"][name]
    for each in (one for of in ("anyOf", "oneOf", "allOf") for one in node.get(of, ())):
        if (found := _child(schema, each, name)) is not None:
            return found
    if patterns := node.get("patternProperties"):
        return next(iter(patterns.values()))
    return {} if "properties" not in node and "anyOf" not in node else None
