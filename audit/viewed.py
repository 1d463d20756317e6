"""How a view is made: of an environment's templates, with all that can be worked out filled in."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

from audit.conditions import condition
from audit.facts import facts
from audit.intrinsics import HOLE, Scope, resolve, text_of
from audit.serverless import whole
from audit.template import Json, Template
from audit.view import Resource, View, map_text

# What changes with every build of an asset says nothing about what the asset may do.
ASSET_HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


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
