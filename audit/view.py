"""One environment as one side of a change has it: every resource with its values worked out."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

from audit.conditions import condition
from audit.facts import facts
from audit.intrinsics import HOLE, Scope, resolve, text_of
from audit.serverless import whole
from audit.template import Json, Template

# What changes with every build of an asset says nothing about what the asset may do.
ASSET_HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
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


def view(
    environment: str,
    templates: Iterable[Template],
    undecided: bool = True,
    by_defaults: bool = False,
    unnamed: Iterable[str] = (),
) -> View:
    """`undecided` is what a condition counts as that only the deployment can decide; `by_defaults`,
    that it gives parameters no other values than their defaults; `unnamed`, see Scope."""
    listed = list(templates)
    scope = partial(Scope, undecided=undecided, by_defaults=by_defaults, unnamed=frozenset(unnamed))
    exports = _exports(listed, scope)
    scope = partial(scope, exports=exports)
    named = _with_given(listed, scope)
    resources: dict[str, Resource] = {}
    outputs: dict[str, Json] = {}
    for template in named.values():
        here = scope(template)
        for resource in _resources(environment, template, here):
            resources[resource.name] = resource
        for id, output in template.section("Outputs").items():
            if isinstance(output, dict):
                outputs[f"{template.name}/{id}"] = _plain(output.get("Value"), here)
    return View(environment, named, resources, outputs)


def has_undecided(templates: Iterable[Template]) -> bool:
    """Does any depend on what only a deployment knows? CDK's own metadata does not count."""
    return any(
        name != "CDKMetadataAvailable" and condition(name, template) is None
        for template in templates
        for name in template.section("Conditions")
    )


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


def _with_given(
    templates: Iterable[Template], scope: Callable[[Template], Scope]
) -> dict[str, Template]:
    """By name; those of nested stacks with what the stack around them gives to their parameters,
    which come after it."""
    named: dict[str, Template] = {}
    for each in templates:
        own = each.section("Parameters")
        if around := named.get(each.parent):
            given = {
                name: {**(own.get(name) or {}), "Default": _plain(value, scope(around))}
                for name, value in each.given.items()
            }
            each = replace(each, raw={**each.raw, "Parameters": {**own, **given}})
        named[each.name] = each
    return named


def _exports(templates: Iterable[Template], scope: Callable[[Template], Scope]) -> dict[str, Json]:
    exports: dict[str, Json] = {}
    for template in templates:
        here = scope(template)
        for output in template.section("Outputs").values():
            if isinstance(output, dict) and isinstance(output.get("Export"), dict):
                name = text_of(resolve(output["Export"].get("Name"), here))
                exports[name] = _plain(output.get("Value"), here)
    return exports


def _resources(environment: str, template: Template, scope: Scope) -> Iterator[Resource]:
    for id, definition in template.section("Resources").items():
        named = definition.get("Condition")
        if not named or scope.met(str(named)):
            written = whole(definition["Type"], definition.get("Properties") or {}, template.raw)
            properties = _plain(written, scope)
            yield Resource(
                environment, template.name, id, definition["Type"], properties, definition
            )


def _plain(value: Json, scope: Scope) -> Json:
    def fill(hole: re.Match[str]) -> str:
        return _filled(hole[1], scope)

    def plain(text: str) -> str:
        filled = HOLE.sub(fill, text) if "${" in text else text
        return ASSET_HASH.sub("(asset)", filled) if len(filled) >= 64 else filled

    return map_text(resolve(value, scope), plain)


def _filled(hole: str, scope: Scope) -> str:
    template = scope.template
    if hole == "AWS::Partition":
        return "aws"
    if hole == "AWS::URLSuffix":
        return "amazonaws.com"
    id, _, attribute = hole.partition(".")
    resource = template.section("Resources").get(id)
    if not isinstance(resource, dict):
        return f"${{{hole}}}"
    known: dict[str, str] = facts("arns.toml").get(resource["Type"], {})
    own = f"{template.name}/{id}"
    physical = (resource.get("Properties") or {}).get(known.get("name", ""))
    named = bool(physical) and isinstance(physical, str) and own not in scope.unnamed
    name = physical if named else f"${{{own}}}"
    if pattern := known.get(attribute or "Ref"):
        region = template.region or "${AWS::Region}"
        account = template.account or "${AWS::AccountId}"
        return pattern.format(name, region=region, account=account)
    return f"${{{template.name}/{hole}}}"


def name_in_arns(resource: Resource) -> Json:
    """The name that the template gives a resource and that its ARN is made of."""
    property = facts("arns.toml").get(resource.type, {}).get("name")
    return resource.get(property) if property else None
