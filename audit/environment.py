"""The templates of one environment together, their values worked out across stacks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from audit.errors import AuditError
from audit.intrinsics import Scope, is_function, references, resolve, text_of
from audit.limits import Limits
from audit.template import Json, Template


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

    def of_type(self, *types: str) -> list[Resource]:
        return [each for each in self.resources if each.type in types]

    def referred(self, text: Json, near: Resource) -> list[Resource]:
        """The resources that a resolved text of the resource `near` refers to."""
        return [each for id, _ in references(text) for each in self._find(id, near)]

    def _find(self, id: str, near: Resource) -> Iterator[Resource]:
        stack, slash, local = id.rpartition("/")
        wanted = (stack, local) if slash else (near.stack, id)
        return (each for each in self.resources if (each.stack, each.id) == wanted)


def resolved(
    name: str, templates: Sequence[Template], limits: Limits, *, undecided: bool
) -> Environment:
    """The environment, with every condition that a parameter decides taken as `undecided`."""
    exports = dict(_exports(templates, undecided))
    return Environment(
        name,
        [
            Resource(
                template.name,
                id,
                resource["Type"],
                resolve(resource.get("Properties") or {}, Scope(template, undecided, exports)),
                resource,
            )
            for template in templates
            for id, resource in template.section("Resources").items()
        ],
        limits,
    )


def _exports(templates: Sequence[Template], undecided: bool) -> Iterator[tuple[str, str]]:
    """(export's name, value), whose logical ids are qualified by their stack."""
    for template in templates:
        scope = Scope(template, undecided)
        for output in template.section("Outputs").values():
            if isinstance(output, dict) and isinstance(output.get("Export"), dict):
                name = text_of(resolve(output["Export"].get("Name"), scope))
                yield name, _qualified(resolve(output.get("Value"), scope), template)


def _qualified(value: Json, template: Template) -> Any:
    if isinstance(value, str):
        for id, _ in references(value):
            if id in template.section("Resources"):
                for end in (".", "}"):
                    value = value.replace(f"${{{id}{end}", f"${{{template.name}/{id}{end}")
    return value


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
    if not isinstance(value, dict) or is_function(value):
        raise Unjudgeable(f"{what}: {text_of(value)} is not written out")
    return value


def as_list(value: Json, what: str) -> list[Json]:
    """A value that may be one, several or none."""
    if is_function(value):
        raise Unjudgeable(f"{what}: {text_of(value)} is not written out")
    if isinstance(value, list):
        return value
    return [] if value is None else [value]
