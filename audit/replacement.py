"""Will CloudFormation make a new resource and delete the old one? Said by the create-only
properties of the resource's provider schema, before any account is asked."""

from collections.abc import Iterator, Mapping

from audit.facts import facts
from audit.template import Json
from audit.view import Resource


def replaced_by(before: Resource, after: Resource) -> list[str]:
    """The changed properties that certainly replace it."""
    return _changed(before, after, "always")


def maybe_replaced_by(before: Resource, after: Resource) -> list[str]:
    """The changed properties that replace it under conditions which the schema does not tell."""
    return _changed(before, after, "maybe")


def fixed(resource: Resource) -> dict[str, list[Json]]:
    """The values that it keeps for life: of every property that certainly replaces it."""
    paths = [
        *_schemas()["always"].get(resource.type, []),
        *facts("documented.toml")["always"].get(resource.type, []),
    ]
    found = {
        path.replace("/", "."): _values(resource.properties, path) for path in sorted(set(paths))
    }
    return {path: values for path, values in found.items() if values}


def is_known(type: str) -> bool:
    """Is there a schema? Custom resources have none, and neither have types newer than the file."""
    return type in _schemas()["always"]


def _changed(before: Resource, after: Resource, sort: str) -> list[str]:
    documented = facts("documented.toml")[sort].get(before.type, [])
    return [
        path.replace("/", ".")
        for path in [*_schemas()[sort].get(before.type, []), *documented]
        if _values(before.properties, path) != _values(after.properties, path)
    ]


def _values(properties: Json, path: str) -> list[Json]:
    return list(_at(properties, path.split("/")))


def _at(value: Json, steps: list[str]) -> Iterator[Json]:
    if not steps:
        yield value
    elif steps[0] == "*":
        for each in value if isinstance(value, list) else ():
            yield from _at(each, steps[1:])
    elif isinstance(value, Mapping) and steps[0] in value:
        yield from _at(value[steps[0]], steps[1:])


def _schemas() -> dict[str, dict[str, list[str]]]:
    return facts("create_only.json")
