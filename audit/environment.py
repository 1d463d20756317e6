"""The templates of one environment together, their values worked out across stacks."""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from audit.errors import AuditError
from audit.intrinsics import HOLE, Scope, is_function, references, resolve, text_of
from audit.limits import Limits
from audit.template import Json, Template

Key = TypeVar("Key", bound=Hashable)


class Unjudgeable(AuditError):
    """A value has no shape that a rule could judge; a rule's finding then says so."""


@dataclass(frozen=True)
class Resource:
    """One resource with its values resolved; `raw` is the rest of what its template says of it."""

    stack: str
    id: str
    type: str
    properties: Mapping[str, Json]
    raw: Mapping[str, Json] = field(default_factory=dict, compare=False)

    @property
    def name(self) -> str:
        """How findings and waivers name it."""
        return f"{self.stack}/{self.id}" if self.stack else self.id

    def at(self, *path: str) -> Json:
        """The value under a path of property names; None where there is none."""
        return at(self.properties, *path)

    def list_at(self, *path: str) -> list[Json]:
        """The same, as a list: nothing is none, one is one."""
        return as_list(self.at(*path), ".".join(path))


@dataclass(frozen=True)
class Environment:
    """All resources of an environment."""

    name: str
    resources: Sequence[Resource]
    limits: Limits
    macros: Sequence[str] = ()

    def of_type(self, *types: str) -> list[Resource]:
        return [each for type in dict.fromkeys(types) for each in self._by_type.get(type, ())]

    def referred(self, text: Json, near: Resource) -> list[Resource]:
        """The resources that a resolved text of the resource `near` refers to."""
        return [each for id, _ in references(text) for each in self._find(id, near)]

    def _find(self, id: str, near: Resource) -> Sequence[Resource]:
        stack, slash, local = id.rpartition("/")
        return self._by_id.get((stack, local) if slash else (near.stack, id), ())

    @cached_property
    def _by_type(self) -> Mapping[str, Sequence[Resource]]:
        return _grouped(self.resources, lambda each: each.type)

    @cached_property
    def _by_id(self) -> Mapping[tuple[str, str], Sequence[Resource]]:
        return _grouped(self.resources, lambda each: (each.stack, each.id))


def _grouped(
    resources: Sequence[Resource], by: Callable[[Resource], Key]
) -> Mapping[Key, list[Resource]]:
    groups: dict[Key, list[Resource]] = {}
    for each in resources:
        groups.setdefault(by(each), []).append(each)
    return groups


def resolved(
    name: str, templates: Sequence[Template], limits: Limits, *, undecided: bool
) -> Environment:
    """The environment, with every condition that a parameter decides taken as `undecided`."""
    exports = dict(_exports(templates, undecided))
    resources = [
        Resource(scope.template.name, id, raw["Type"], _properties(raw, scope), raw)
        for scope in (Scope(each, undecided, exports) for each in templates)
        for id, raw in scope.template.section("Resources").items()
    ]
    macros = [
        f"{template.name}: {text_of(each)}"
        for template in templates
        for each in as_list(template.raw.get("Transform"), "Transform")
    ]
    return Environment(name, resources, limits, macros)


def _properties(raw: Mapping[str, Json], scope: Scope) -> Mapping[str, Json]:
    properties = resolve(raw.get("Properties") or {}, scope)
    found: Mapping[str, Json] = _qualified(properties, scope.template)
    return found


def _exports(templates: Sequence[Template], undecided: bool) -> Iterator[tuple[str, Json]]:
    """(export's name, value)."""
    for template in templates:
        scope = Scope(template, undecided)
        for output in template.section("Outputs").values():
            if isinstance(output, dict) and isinstance(output.get("Export"), dict):
                name = text_of(resolve(output["Export"].get("Name"), scope))
                yield name, _qualified(resolve(output.get("Value"), scope), template)


def _qualified(value: Json, template: Template) -> Json:
    """The value with `${Stack/Id}` for each `${Id}`: the same text then means the same resource."""
    if isinstance(value, dict):
        return {key: _qualified(each, template) for key, each in value.items()}
    if isinstance(value, list):
        return [_qualified(each, template) for each in value]
    if not isinstance(value, str):
        return value

    def qualify(hole: re.Match[str]) -> str:
        known = hole[1].partition(".")[0] in template.section("Resources")
        return f"${{{template.name}/{hole[1]}}}" if known else hole[0]

    return HOLE.sub(qualify, value)


def at(value: Json, *path: str) -> Json:
    """Follow property names into a value; raises Unjudgeable where a function bars the way."""
    for name in path:
        if value is None:
            return None
        value = mapping(value, name).get(name)
    return value


def mapping(value: Json, what: str) -> Mapping[str, Json]:
    """A value that must be a mapping, or nothing."""
    if value is None:
        return {}
    if is_function(value):
        raise _unwritten(what, value)
    if not isinstance(value, dict):
        raise Unjudgeable(f"{what} is a {type(value).__name__} and no mapping")
    return value


def as_list(value: Json, what: str) -> list[Json]:
    """A value that may be one, several or none."""
    if is_function(value):
        raise _unwritten(what, value)
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _unwritten(what: str, function: Json) -> Unjudgeable:
    """Names the function and not its argument, which may be anything."""
    return Unjudgeable(f"{what} is left to {', '.join(map(str, function))}")


def truth(value: Json) -> bool | None:
    """A boolean, which CloudFormation also takes as text; None if it is neither."""
    return {"true": True, "false": False}.get(str(value).lower())


def walk(value: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    """(path, value) of every leaf and branch of a value, from the outside in."""
    yield path, value
    inner = value.items() if isinstance(value, dict) else ()
    listed = enumerate(value) if isinstance(value, list) else ()
    for name, each in [*inner, *listed]:
        yield from walk(each, f"{path}.{name}" if path else str(name))
