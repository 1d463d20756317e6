"""A5: what the CDK's own diff says is replaced, the audit says is replaced."""

import json
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cfnlint
import pytest

from audit.replacement import maybe_replaced_by, replaced_by
from audit.template import Template
from audit.view import Resource
from audit.viewed import view
from tests.audit.changes.assemblies import raws

ROOT = Path(__file__).parents[3]
ORACLE = Path(__file__).with_name("oracle.cjs")
DATA = ROOT / "audit" / "data"
SNAPSHOTS = ROOT / "tests" / "stacks" / "snapshots"
WILL, MAY = "WILL_REPLACE", "MAY_REPLACE"
Edit = tuple[str, str, Any, Any]


def edits() -> list[Edit]:
    """(type, property, before, after) of every property that our stacks and the shop's set."""
    templates = [json.loads(each.read_text()) for each in SNAPSHOTS.glob("prod/[A-Z]*.json")]
    found: dict[tuple[str, str], Edit] = {}
    for template in [*templates, *raws().values()]:
        for resource in template["Resources"].values():
            for edit in _of(resource["Type"], resource.get("Properties") or {}):
                found.setdefault(edit[:2], edit)
    return list(found.values())


def _of(type: str, properties: dict[str, Any]) -> Iterator[Edit]:
    for name, value in properties.items():
        if name != "Tags":
            yield type, name, properties, properties | {name: other(value)}


def other(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return f"{value}2"
        case list() if value:
            return [other(value[0]), *value[1:]]
        case dict() if value and not any(key.startswith(("Fn::", "Ref")) for key in value):
            first = next(iter(value))
            return value | {first: other(value[first])}
    return "another"


def template(type: str, properties: Any) -> Any:
    return {"Resources": {"R": {"Type": type, "Properties": properties}}}


def resource(type: str, properties: Any) -> Resource:
    return view("prod", [Template("s", template(type, properties))]).resources["s/R"]


def of_what_holds_data() -> list[Edit]:
    """Every property of every type that holds data, from nothing but its name."""
    known = tomllib.loads((DATA / "stateful.toml").read_text())
    types = [type for each in known.values() for type in each]
    schemas = Path(cfnlint.__file__).parent / "data" / "schemas" / "resources"
    properties = {
        schema["typeName"]: schema["properties"]
        for schema in (json.loads(each.read_text()) for each in schemas.glob("*.json"))
    }
    return [
        (type, name, {name: "a"}, {name: "b"})
        for type in types
        for name in properties.get(type, {})
        if name != "Tags"
    ]


def judged(found: list[Edit]) -> list[tuple[Edit, str]]:
    pairs = [[template(type, old), template(type, new)] for type, _, old, new in found]
    asked = json.dumps(pairs, default=str)
    done = subprocess.run(["node", ORACLE], input=asked, capture_output=True, text=True, check=True)
    return list(zip(found, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("which", [edits, of_what_holds_data])
def test_nothing_that_will_or_may_be_replaced_is_missed(which):
    found = judged(which())
    assert len(found) >= 200
    for (type, name, old, new), impact in found:
        before, after = resource(type, old), resource(type, new)
        if impact in (WILL, MAY):
            assert replaced_by(before, after) or maybe_replaced_by(before, after), f"{type} {name}"


def test_what_it_will_replace_in_our_stacks_and_the_shop_is_certain_but_once():
    found = judged(edits())
    unsure = [
        (type, name)
        for (type, name, old, new), impact in found
        if impact == WILL and not replaced_by(resource(type, old), resource(type, new))
    ]
    # The provider schema and the documentation disagree on this one.
    assert unsure == [("AWS::S3::Bucket", "ObjectLockEnabled")]
