"""One environment as one side of a change has it: every resource with its values worked out."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from audit.intrinsics import HOLE, text_of
from audit.template import Json, Template

# Both default to Snapshot, in the CloudFormation reference of `DeletionPolicy`.
SNAPSHOT_BY_DEFAULT = {"AWS::RDS::DBCluster", "AWS::RDS::DBInstance"}


@dataclass(frozen=True, eq=False)
class Resource:
    """`properties` hold no functions; a reference is text such as `${Stack/Bucket.Arn}`."""

    environment: str
    stack: str
    id: str
    type: str
    properties: Mapping[str, Json]
    definition: Mapping[str, Json] = field(repr=False)

    @property
    def name(self) -> str:
        return f"{self.stack}/{self.id}"

    def get(self, path: str) -> Json:
        """The value at `A.B.C`, or None."""
        return value_at(self.properties, path)

    @property
    def deletion_policy(self) -> str:
        """What happens to it when it leaves the template."""
        default = "Delete"
        if self.type in SNAPSHOT_BY_DEFAULT and not self.get("DBClusterIdentifier"):
            default = "Snapshot"
        return str(self.definition.get("DeletionPolicy", default))

    @property
    def replace_policy(self) -> str:
        """What happens to the old one when it is replaced."""
        return str(self.definition.get("UpdateReplacePolicy", "Delete"))

    @property
    def metadata(self) -> Mapping[str, Json]:
        found = self.definition.get("Metadata")
        return found if isinstance(found, dict) else {}


# What many rules ask of a view is found once; so many views are looked at beside each other.
VIEWS = 8


@dataclass(frozen=True, eq=False)
class View:
    """An environment's resources on one side. A view is equal to itself alone."""

    environment: str
    templates: Mapping[str, Template]
    resources: Mapping[str, Resource]
    outputs: Mapping[str, Json]
    # What resources are called in texts here, where that is not their own name.
    aliases: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def by_type(self) -> Mapping[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for resource in self.resources.values():
            found.setdefault(resource.type, []).append(resource)
        return found

    def of(self, *types: str) -> Iterator[Resource]:
        for type in types:
            yield from self.by_type.get(type, ())

    def account(self, resource: Resource) -> str:
        """The number of the account that it goes into; empty if the template leaves it open."""
        template = self.templates.get(resource.stack)
        return template.account if template else ""

    def referred(self, text: Json) -> Resource | None:
        """The resource that a text names, as in `${Stack/Id.Attribute}`."""
        names = (hole.partition(".")[0] for hole in HOLE.findall(text_of(text)))
        own = (self.aliases.get(each, each) for each in names)
        return next((self.resources[each] for each in own if each in self.resources), None)

    def renamed(self, renames: Mapping[str, str]) -> "View":
        """The same environment with other names for the resources that moved or were renamed."""
        if not renames:
            return self

        def rename(hole: re.Match[str]) -> str:
            name, dot, attribute = hole[1].partition(".")
            return f"${{{renames.get(name, name)}{dot}{attribute}}}"

        def walk(value: Json) -> Json:
            return map_text(value, lambda text: HOLE.sub(rename, text) if "${" in text else text)

        found = {
            name: replace(each, properties=walk(each.properties))
            for name, each in self.resources.items()
        }
        aliases = {new: old for old, new in renames.items()}
        return replace(self, resources=found, outputs=walk(self.outputs), aliases=aliases)


def value_at(value: Json, path: str) -> Json:
    for step in path.split("."):
        if isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, Mapping):
            value = value.get(step)
        else:
            return None
    return value


def map_text(value: Json, change: Callable[[str], str]) -> Json:
    """The value with every text in it changed, keys aside."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [map_text(each, change) for each in value]
    if isinstance(value, Mapping):
        return {key: map_text(each, change) for key, each in value.items()}
    return value
