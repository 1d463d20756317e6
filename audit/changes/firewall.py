"""What a web firewall still blocks."""

from collections.abc import Iterator, Mapping
from typing import Any

from audit.change import Change, Hazard, on_change
from audit.template import Json

ON = ("AWS::WAFv2::WebACL", "AWS::WAFv2::RuleGroup")
STRENGTH = {"Allow": 0, "Count": 1, "None": 2, "Captcha": 2, "Challenge": 2, "Block": 3}
RATE = "RateBasedStatement"


@on_change(
    "firewall-weakened",
    category="exposure",
    on=ON,
    fix="keep the rule's action, and exclude what it may not block by a narrower rule",
)
def rules_still_block(change: Change) -> Iterator[Hazard]:
    """Every rule of a web firewall is still there and does what it did."""
    if not change.before or not change.after:
        return
    was, now = (_action(side("DefaultAction")) for side in (change.was, change.now))
    if STRENGTH.get(now, 2) < STRENGTH.get(was, 2):
        yield Hazard(
            "critical", {"DefaultAction": was}, {"DefaultAction": now}, "what no rule names gets in"
        )
    before, after = (_rules(side("Rules")) for side in (change.was, change.now))
    for name, rule in before.items():
        if name not in after:
            if _strength(rule) > STRENGTH["Allow"]:
                yield Hazard("high", name, "removed", f"the rule {name} blocks nothing any more")
        else:
            yield from _weaker(name, rule, after[name])
    for name, rule in after.items():
        if name not in before and _action(rule.get("Action")) == "Allow":
            yield Hazard(
                "medium", None, f"{name}: Allow", "requests pass before later rules see them"
            )


def _weaker(name: str, before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Hazard]:
    if _strength(after) < _strength(before):
        why = f"the rule {name} sees requests and lets them pass"
        yield Hazard("high", f"{name}: {_effect(before)}", f"{name}: {_effect(after)}", why)
    was, now = (_limit(each) for each in (before, after))
    if was and now and now > was:
        yield Hazard("medium", f"{name}: {was:g}", f"{name}: {now:g}", "one address may send more")
    excluded = [each for each in _exclusions(after) if each not in _exclusions(before)]
    if excluded:
        why = f"{name} does not block for these of its rules any more"
        yield Hazard("high", name, f"{name} without {', '.join(excluded)}", why)
    scoped = [_managed(each).get("ScopeDownStatement") for each in (before, after)]
    if scoped[1] and scoped[0] != scoped[1]:
        yield Hazard("medium", scoped[0], scoped[1], f"{name} looks at other requests than before")
    if _misses(before, after):
        was, now = (each.get("Statement") for each in (before, after))
        yield Hazard("medium", was, now, f"{name} may not see what it saw before")


def _misses(before: Mapping[str, Json], after: Mapping[str, Json]) -> bool:
    """May the rule's statement let through what it did not? More alternatives block more, and allow
    more; where statements are combined or negated, that is not decided, and any change counts."""
    was, now = (set(_leaves(each.get("Statement"))) for each in (before, after))
    if was == now or _strength(after) == STRENGTH["Count"]:
        return False
    if any({"AndStatement", "NotStatement"} & {*place} for place, _ in was | now):
        return True
    return not (now <= was if _strength(after) == STRENGTH["Allow"] else was <= now)


def _leaves(value: Json, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """What a statement says, without what is judged by itself."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            if name not in ("Limit", "ExcludedRules", "RuleActionOverrides", "ScopeDownStatement"):
                yield from _leaves(each, (*place, name))
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each, place)
    else:
        yield place, str(value)


def _rules(value: Json) -> dict[str, Mapping[str, Json]]:
    rules = value if isinstance(value, list) else []
    return {str(each.get("Name")): each for each in rules if isinstance(each, Mapping)}


def _action(value: Json) -> str:
    return next(iter(value), "None") if isinstance(value, Mapping) else "None"


def _effect(rule: Mapping[str, Json]) -> str:
    return _action(rule.get("Action") or rule.get("OverrideAction"))


def _strength(rule: Mapping[str, Json]) -> int:
    """A group's rules act by themselves unless they are overridden to count."""
    if rule.get("Action"):
        return STRENGTH.get(_action(rule["Action"]), 2)
    return 1 if _action(rule.get("OverrideAction")) == "Count" else 3


def _managed(rule: Mapping[str, Json]) -> Mapping[str, Any]:
    statement = rule.get("Statement")
    inner = next(iter(statement.values()), None) if isinstance(statement, Mapping) else None
    return inner if isinstance(inner, Mapping) else {}


def _limit(rule: Mapping[str, Json]) -> float | None:
    statement = rule.get("Statement")
    rate = statement.get(RATE) if isinstance(statement, Mapping) else None
    return float(rate["Limit"]) if isinstance(rate, Mapping) and "Limit" in rate else None


def _exclusions(rule: Mapping[str, Json]) -> list[str]:
    group = _managed(rule)
    found = [str(each.get("Name")) for each in group.get("ExcludedRules") or []]
    for each in group.get("RuleActionOverrides") or []:
        if _action(each.get("ActionToUse")) in ("Count", "Allow"):
            found.append(str(each.get("Name")))
    return found
