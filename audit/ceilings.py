"""Numbers that an application is told and must not go beyond. Who keeps to them is not seen; that
they are raised is."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from audit.change import Comparison
from audit.intrinsics import is_known
from audit.quantities import Measure
from audit.template import Json
from audit.told import Place, told
from audit.view import Resource, View

UNLIMITED = ("", "none", "null", "unlimited", "infinite", "infinity", "off", "disabled")
# It is there to tell this one thing, so that it goes means that nothing tells it any more.
PARAMETER = "AWS::SSM::Parameter"


@dataclass(frozen=True)
class Ceiling:
    """`amount` is infinite where there is none. `source` is the same for all that read one file."""

    resource: Resource
    place: Place
    amount: float
    source: str

    @property
    def said(self) -> str:
        return ".".join(self.place)


Key = tuple[str, Place]


def ceilings(view: View, measure: Measure) -> dict[Key, Ceiling]:
    """Those whose names say what `measure` asks for."""
    return {
        (name, place): Ceiling(resource, place, amount, _source(resource, place))
        for name, resource in view.resources.items()
        for place, amount in _in(told(resource), measure)
    }


def raised(compared: Comparison, measure: Measure) -> list[tuple[Ceiling | None, Ceiling]]:
    """(before, after) of each that is higher than it was; what one file tells several, once. A new
    one has no `before`, and is found only beside others of its kind: the first one holds down."""
    before, after = _before(compared, measure), ceilings(compared.head, measure)
    moved = _moved(before, after)
    kept = [
        (each, after[moved.get(key, key)])
        for key, each in before.items()
        if key in after or key in moved
    ]
    new = [key for key in after if key not in before and key not in moved.values()]
    gone = [each for key, each in before.items() if key not in after and key not in moved]
    found: list[tuple[Ceiling | None, Ceiling]] = [
        *((was, now) for was, now in kept if now.amount > was.amount),
        *((None, after[key]) for key in new if any(_are_alike(key, each) for each in before)),
        *((was, now) for was in gone if (now := _lifted(was, compared))),
    ]
    once = {(now.said, was and was.amount, now.amount): (was, now) for was, now in found}
    return list(once.values())


def _before(compared: Comparison, measure: Measure) -> dict[Key, Ceiling]:
    """Those of the base, by what their resources are called in the head."""
    return {
        (compared.pairs.get(name, name), place): each
        for (name, place), each in ceilings(compared.base, measure).items()
    }


def _moved(before: Mapping[Key, Ceiling], after: Mapping[Key, Ceiling]) -> dict[Key, Key]:
    """The same number elsewhere in the resource, or another one beside it under another name."""
    moved: dict[Key, Key] = {}
    new = [key for key in after if key not in before]
    for (name, place), was in before.items():
        for key in new if (name, place) not in after else ():
            alike = was.amount == after[key].amount or place[:-1] == key[1][:-1]
            if key[0] == name and alike and key not in moved.values():
                moved[name, place] = key
                break
    return moved


def _in(values: Mapping[Place, Json], measure: Measure) -> Iterator[tuple[Place, float]]:
    known = {
        place: amount * factor
        for place, value in values.items()
        if place
        and (factor := measure(place[-1], place[-2] if len(place) > 1 else ""))
        and (amount := _amount(value)) is not None
    }
    yield from known.items()
    for place in known:
        for other in _lacking(place, values):
            if not any(each[:-1] == other[:-1] for each in known):
                yield other, math.inf


def _lacking(place: Place, values: Mapping[Place, Json]) -> Iterator[Place]:
    """Where it would stand in those that are made like what it stands in."""
    holder, around = values[place[:-1]], values.get(place[:-2])
    if len(place) < 3 or not isinstance(holder, Mapping) or not isinstance(around, Mapping):
        return
    others = holder.keys() - {place[-1]}
    for name, each in around.items():
        if others and isinstance(each, Mapping) and others <= each.keys():
            yield (*place[:-2], str(name), place[-1])


def _amount(value: Json) -> float | None:
    """None if it is no number; no limit if there is none, or if only the deployment knows it."""
    if isinstance(value, (bool, Mapping, list)):
        return None
    if value is None or str(value).strip().lower() in UNLIMITED:
        return math.inf
    try:
        found = float(str(value).replace(",", "").lstrip("$ "))
    except ValueError:
        # A reference to a resource is its name, and no number.
        return None if is_known(value) or "/" in str(value) else math.inf
    return math.inf if found < 0 or math.isnan(found) else found


def _source(resource: Resource, place: Place) -> str:
    is_file = place[0].startswith("(")
    return json.dumps(resource.properties[place[0]], default=str) if is_file else resource.name


def _are_alike(one: Key, other: Key) -> bool:
    """In one resource, by the same name, in things of the same kind."""
    (resource, place), (another, elsewhere) = one, other
    return (
        resource == another
        and len(place) == len(elsewhere) > 2
        and place[-1] == elsewhere[-1]
        and place[:-2] == elsewhere[:-2]
    )


def _lifted(was: Ceiling, compared: Comparison) -> Ceiling | None:
    """None if what it held down is gone too."""
    name = compared.pairs.get(was.resource.name, was.resource.name)
    resource = compared.head.resources.get(name, was.resource)
    is_there = name in compared.head.resources and not _is_one_less(was.place, told(resource))
    if not is_there and was.resource.type != PARAMETER:
        return None
    return Ceiling(resource, was.place, math.inf, resource.name)


def _is_one_less(place: Place, values: Mapping[Place, Json]) -> bool:
    """Of things that come and go, in a list or in what is called by a plural such as `tenants`."""
    if len(place) < 3 or place[:-1] in values or place[:-2] not in values:
        return False
    return place[-2].startswith("[") or place[-3].endswith("s")
