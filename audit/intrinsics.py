"""Values as far as a template tells them: what only a deployment knows stays text in `Fn::Sub`'s
own notation, such as `${Guardrail.Version}`, so that one kind of value serves every rule."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from audit.conditions import condition
from audit.template import Json, Template

HOLE = re.compile(r"\$\{([^!}][^}]*)\}")
NO_VALUE = object()


@dataclass(frozen=True)
class Scope:
    """Where names are looked up. A condition that a parameter decides counts as `undecided`, or as
    the parameter's default has it, if `by_defaults`; `unnamed` are resources whose ARNs are not
    written with the names that the template gives them."""

    template: Template
    undecided: bool = True
    exports: Mapping[str, Json] = field(default_factory=dict)
    by_defaults: bool = False
    unnamed: frozenset[str] = frozenset()

    def met(self, name: str) -> bool:
        """Is a named condition met, as far as is known?"""
        found = condition(name, self.template, self.by_defaults)
        return self.undecided if found is None else found


def resolve(value: Json, scope: Scope) -> Json:
    """The value with its functions worked out or, where that is impossible, written as text."""
    if isinstance(value, list):
        found = [resolve(each, scope) for each in value]
        return [each for each in found if each is not NO_VALUE]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((name, argument),) = value.items()
        if name in FUNCTIONS:
            return FUNCTIONS[name](argument, scope)
    pairs = {key: resolve(each, scope) for key, each in value.items()}
    return {key: each for key, each in pairs.items() if each is not NO_VALUE}


def is_known(value: Json) -> bool:
    """False if the value, or a part of its text, is only known to a deployment."""
    return not (isinstance(value, str) and HOLE.search(value)) and not is_function(value)


def is_function(value: Json) -> bool:
    """A function that could not even be written as text, such as `Fn::Transform`."""
    return isinstance(value, dict) and any(str(key).startswith("Fn::") for key in value)


def references(text: Json) -> list[tuple[str, str]]:
    """(logical id, attribute) of each `${Id.Attribute}` in a text; a `Ref` has no attribute."""
    holes = HOLE.findall(text) if isinstance(text, str) else []
    return [(id, attribute) for id, _, attribute in (each.partition(".") for each in holes)]


def _ref(name: Json, scope: Scope) -> Json:
    template = scope.template
    known = {"AWS::Region": template.region, "AWS::AccountId": template.account}
    if name == "AWS::NoValue":
        return NO_VALUE
    if known.get(str(name)):
        return known[name]
    parameter = template.section("Parameters").get(str(name))
    if isinstance(parameter, dict) and "Default" in parameter:
        return _default(parameter, f"${{{name}}}")
    return f"${{{name}}}"


def _default(parameter: Mapping[str, Json], text: str) -> Json:
    kind = str(parameter.get("Type"))
    if kind.startswith("AWS::SSM::"):
        return text  # the default is the name of a parameter in the store, not its value
    if kind == "CommaDelimitedList" or kind.startswith("List<"):
        return [each.strip() for each in str(parameter["Default"]).split(",")]
    return parameter["Default"]


def _get_att(argument: Json, _: Scope) -> Json:
    parts = argument if isinstance(argument, list) else [argument]
    return f"${{{'.'.join(map(str, parts))}}}"


def _join(argument: Json, scope: Scope) -> Json:
    match argument:
        case [str(separator), parts]:
            found = resolve(parts, scope)
            if isinstance(found, list):
                return separator.join(map(text_of, found))
            return text_of(found)
    return {"Fn::Join": argument}


def _sub(argument: Json, scope: Scope) -> Json:
    pair = isinstance(argument, list) and len(argument) == 2
    template, given = argument if pair else (argument, {})
    if not isinstance(template, str) or not isinstance(given, dict):
        return {"Fn::Sub": argument}

    def fill(hole: re.Match[str]) -> str:
        name = hole[1].strip()
        value = resolve(given[name], scope) if name in given else _ref(name, scope)
        return text_of(value)

    return HOLE.sub(fill, template)


def _if(argument: Json, scope: Scope) -> Json:
    match argument:
        case [str(name), when_true, when_false]:
            chosen = scope.met(name)
            return resolve(when_true if chosen else when_false, scope)
    return {"Fn::If": argument}


def _find_in_map(argument: Json, scope: Scope) -> Json:
    match resolve(argument, scope):
        case [str(name), str(first), str(second), *_]:
            levels = scope.template.section("Mappings").get(name, {})
            try:
                return levels[first][second]
            except (KeyError, TypeError):
                return f"${{Fn::FindInMap {name} {_inside(first)} {_inside(second)}}}"
    return {"Fn::FindInMap": argument}


def _import(argument: Json, scope: Scope) -> Json:
    name = text_of(resolve(argument, scope))
    return scope.exports.get(name, f"${{Fn::ImportValue {_inside(name)}}}")


def _select(argument: Json, scope: Scope) -> Json:
    match resolve(argument, scope):
        case [index, [*values]] if str(index).isdigit() and int(index) < len(values):
            return values[int(index)]
        case [index, values]:
            return f"${{Fn::Select {index} {_inside(text_of(values))}}}"
    return {"Fn::Select": argument}


def _split(argument: Json, scope: Scope) -> Json:
    match resolve(argument, scope):
        case [str(separator), str(text)] if separator and is_known(text):
            return text.split(separator)
        case [str(_), text]:
            return f"${{Fn::Split {_inside(text_of(text))}}}"
    return {"Fn::Split": argument}


def _zones(argument: Json, scope: Scope) -> Json:
    return f"${{Fn::GetAZs {_inside(text_of(resolve(argument, scope)))}}}"


def _base64(argument: Json, scope: Scope) -> Json:
    return resolve(argument, scope)


def text_of(value: Json) -> str:
    """A resolved value as text, to be shown or to be part of another."""
    if value is NO_VALUE:
        return ""
    return value if isinstance(value, str) else str(value)


def _inside(text: str) -> str:
    """Part of a hole: its own holes lose their braces, since holes do not nest."""
    return text.replace("${", "").replace("}", "")


FUNCTIONS: dict[str, Callable[[Any, Scope], Json]] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Join": _join,
    "Fn::Sub": _sub,
    "Fn::If": _if,
    "Fn::FindInMap": _find_in_map,
    "Fn::ImportValue": _import,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::GetAZs": _zones,
    "Fn::Base64": _base64,
}
