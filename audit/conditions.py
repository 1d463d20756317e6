"""Is a template's condition met, whatever it is deployed with?"""

from audit.template import Json, Template


def condition(name: str, template: Template) -> bool | None:
    """Is a named condition met? None if that depends on what only a deployment knows."""
    return _met(template.section("Conditions").get(name), template, frozenset({name}))


def _met(rule: Json, template: Template, seen: frozenset[str]) -> bool | None:
    match rule:
        case {"Condition": str(name)} if name not in seen:
            deeper = template.section("Conditions").get(name)
            return _met(deeper, template, seen | {name})
        case {"Fn::Equals": [left, right]}:
            sides = (left, right)
            # A parameter's default is not what every deployment gives.
            return left == right if not any(isinstance(each, dict) for each in sides) else None
        case {"Fn::Not": [inner]}:
            met = _met(inner, template, seen)
            return None if met is None else not met
        case {"Fn::And": [*inner]}:
            return _all([_met(each, template, seen) for each in inner])
        case {"Fn::Or": [*inner]}:
            met = _all([_negated(_met(each, template, seen)) for each in inner])
            return _negated(met)
    return None


def _negated(met: bool | None) -> bool | None:
    return None if met is None else not met


def _all(met: list[bool | None]) -> bool | None:
    if False in met:
        return False
    return None if None in met else True
