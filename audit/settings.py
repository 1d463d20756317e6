"""Settings that can only be stronger or weaker, as data: `audit/data/settings/*.toml` say of a
type's property which way is up, and a change is judged by its direction."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from audit.change import ANY, Change
from audit.facts import DATA, facts
from audit.intrinsics import is_known
from audit.schedule import minutes
from audit.serverless import becomes
from audit.template import Json
from audit.values import listed, number

STEP = re.compile(r"""("[^"]+"|\w+|\*)(?:\[(\w+)(?:=([^\]]+))?\])?(?:\.|$)""")
# `Rules[Id].Id`: the entry itself.
WHOLE = re.compile(r"\[(\w+)\]\.\1$")
UNLIMITED = "unlimited"


@dataclass(frozen=True)
class Setting:
    """`strength`: the values from weak to strong, equals in one list (a list of values is as weak
    as its weakest); or `more` or `less`, the numbers that are stronger; or `kept`, where losing it
    weakens; `absent`, where having it does; `same`, where another one may; `items`, where losing
    one does; `fewer`, where gaining one does. `unlimited` is the number that means no limit.
    `new`: also judged where the resource is new."""

    rule: str
    category: str
    types: tuple[str, ...]
    path: str
    strength: Any
    severity: str
    why: str
    fix: str = "keep the stronger value, or accept the finding with a reason and a date"
    default: Json = None
    new: bool = False
    unlimited: float | None = None
    groups: Mapping[str, int] = field(default_factory=dict, compare=False)

    def weakened(self, change: Change) -> Iterator[tuple[str, Json, Json]]:
        """(where, before, after) of each place that is weaker than it was."""
        before, after = (dict(_places(each, self.path)) for each in _properties(change))
        for place in sorted({*before, *after}):
            was, now = before.get(place), after.get(place)
            if self._of_entries and place not in after:
                continue  # it is gone with its entry
            is_new = change.before is None or (self._of_entries and place not in before)
            if is_new:
                # What a new resource does not say is the service's default, which is no change.
                was = self._strongest() if self.new and now is not None else None
            if was != now and self._weaker(was, now):
                yield place, None if is_new else was, now

    @property
    def sentence(self) -> tuple[str, ...]:
        """What is said of it: one thing, however many properties say it."""
        return self.rule, self.category, self.severity, self.why, self.fix

    @property
    def _of_entries(self) -> bool:
        """Is it said of each entry of a list, and not that there is such an entry?"""
        return "[" in self.path and "=" not in self.path and not WHOLE.search(self.path)

    def _weaker(self, was: Json, now: Json) -> bool:
        if self.strength == "kept":
            return bool(was) and not now
        if self.strength == "absent":
            return bool(now) and not was
        if self.strength == "same":
            return bool(was) and was != now
        if self.strength == "items":
            lost = [each for each in listed(was) if each not in listed(now)]
            return bool(lost)
        if self.strength == "fewer":
            return any(each not in listed(was) for each in listed(now))
        left, right = self._rank(was), self._rank(now)
        return left is not None and right is not None and right < left

    def _rank(self, value: Json) -> float | None:
        """How strong a value is; None if that is not known."""
        value = self.default if value is None else value
        if value is None:
            return None
        if self.strength in ("more", "less"):
            number = _number(value)
            number = math.inf if number is not None and number == self.unlimited else number
            return number if number is None or self.strength == "more" else -number
        ranks = [self._rank_of(each) for each in (value if isinstance(value, list) else [value])]
        known = [each for each in ranks if each is not None]
        return min(known) if known else None

    def _rank_of(self, value: Json) -> float | None:
        unlisted = None if not is_known(value) else self.groups.get("*")
        return self.groups.get(str(value).lower(), unlisted)

    def _strongest(self) -> Json:
        if self.strength in ("more", "less"):
            return self.default
        if isinstance(self.strength, str):
            return None
        last = self.strength[-1]
        return last[0] if isinstance(last, list) else last


def settings() -> tuple[Setting, ...]:
    return _settings()


@cache
def settings_of(type: str) -> tuple[Setting, ...]:
    """Those that a resource of this type can have."""
    types = {ANY, type, becomes(type)}
    return tuple(each for each in settings() if not types.isdisjoint(each.types))


@cache
def _settings() -> tuple[Setting, ...]:
    return tuple(
        _setting(entry, file.stem)
        for file in sorted((DATA / "settings").glob("*.toml"))
        for entry in facts(f"settings/{file.name}")["setting"]
    )


def _setting(entry: dict[str, Any], category: str) -> Setting:
    types = tuple(entry["types"])
    rest = {name: each for name, each in entry.items() if name != "types"}
    groups: dict[str, int] = {}
    if isinstance(entry["strength"], list):
        for rank, group in enumerate(entry["strength"]):
            for value in group if isinstance(group, list) else [group]:
                groups[str(value).lower()] = rank
    return Setting(category=category, types=types, groups=groups, **rest)


def _properties(change: Change) -> tuple[Json, Json]:
    sides = (change.before, change.after)
    before, after = (each.properties if each else {} for each in sides)
    return before, after


def _places(value: Json, path: str) -> Iterator[tuple[str, Json]]:
    """(where, value) of what a path such as `Rules[Name].Action` or `Tags[Key=x].Value` finds."""
    yield from _follow(value, STEP.findall(path), "")


def _follow(
    value: Json, steps: list[tuple[str, str, str]], place: str
) -> Iterator[tuple[str, Json]]:
    if not steps:
        yield place, value
        return
    (quoted, key, wanted), rest = steps[0], steps[1:]
    name = quoted.strip('"')
    if name == "*":
        for each in value if isinstance(value, Mapping) else ():
            yield from _follow(value[each], rest, f"{place}.{each}" if place else each)
        return
    found = _child(value, name)
    here = f"{place}.{name}" if place else name
    if not key:
        yield from _follow(found, rest, here)
        return
    for each in found if isinstance(found, list) else ():
        label = str(each.get(key)) if isinstance(each, Mapping) else ""
        if not wanted or label == wanted:
            yield from _follow(each, rest, f"{here}[{label}]")


def _child(value: Json, name: str) -> Json:
    if isinstance(value, list) and name.isdigit():
        return value[int(name)] if int(name) < len(value) else None
    return value.get(name) if isinstance(value, Mapping) else None


def _number(value: Json) -> float | None:
    if value == UNLIMITED:
        return math.inf
    return minutes(value) or number(value)
