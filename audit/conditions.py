"""Is a template's condition met, whatever it is deployed with?"""

from collections.abc import Callable, Mapping

from audit.template import Json, Template

# The value of a reference, itself where it is not known.
Refer = Callable[[Json], Json]


def condition(name: str, template: Template, by_defaults: bool = False) -> bool | None:
    """Is a named condition met? None if that depends on what only a deployment knows: of parameters
    it may give others than their defaults, so that these decide only where they are asked to."""

    def refer(value: Json) -> Json:
        match value:
            case {"Ref": "AWS::Region"} if template.region:
                return template.region
            case {"Ref": "AWS::AccountId"} if template.account:
                return template.account
            case {"Ref": str(parameter)} if by_defaults:
                said = template.section("Parameters").get(parameter)
                return said.get("Default", value) if isinstance(said, Mapping) else value
        return value

    return _met(template.section("Conditions").get(name), template, refer, frozenset({name}))


def _met(rule: Json, template: Template, refer: Refer, seen: frozenset[str]) -> bool | None:
    match rule:
        case {"Condition": str(name)} if name not in seen:
            deeper = template.section("Conditions").get(name)
            return _met(deeper, template, refer, seen | {name})
        case {"Fn::Equals": [left, right]}:
            one, other = refer(left), refer(right)
            unknown = isinstance(one, dict) or isinstance(other, dict)
            return None if unknown else str(one) == str(other)
        case {"Fn::Not": [inner]}:
            met = _met(inner, template, refer, seen)
            return None if met is None else not met
        case {"Fn::And": [*inner]}:
            return _all([_met(each, template, refer, seen) for each in inner])
        case {"Fn::Or": [*inner]}:
            met = _all([_negated(_met(each, template, refer, seen)) for each in inner])
            return _negated(met)
    return None


def _negated(met: bool | None) -> bool | None:
    return None if met is None else not met


def _all(met: list[bool | None]) -> bool | None:
    if False in met:
        return False
    return None if None in met else True
