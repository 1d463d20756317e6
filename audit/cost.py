"""What an environment costs a month by being there, before anyone uses it."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from audit.template import Json
from audit.view import Resource, View

FILE = Path(__file__).parent / "data" / "prices.toml"
HOURS = 730
SERVICE = "AWS::ECS::Service"
# US dollars a month that are more than before.
HIGH, MEDIUM, CENTS = 500.0, 20.0, 0.05


@dataclass(frozen=True)
class Cost:
    """`unpriced` are resources that cost something which no price here tells."""

    usd: Mapping[str, float]
    unpriced: tuple[str, ...]

    @property
    def total(self) -> float:
        return sum(self.usd.values())


def gravity(more: float) -> str | None:
    """How grave it is that so much more a month is, or may be, spent; None if that is nothing."""
    if more < CENTS:
        return None
    return "high" if more >= HIGH else "medium" if more >= MEDIUM else "low"


def monthly(view: View) -> Cost:
    """Dollars by resource."""
    usd: dict[str, float] = {}
    unpriced: list[str] = []
    for resource in view.resources.values():
        price = _fargate(resource, view) if resource.type == SERVICE else _price(resource)
        if price is None:
            unpriced.append(resource.name)
        elif price:
            usd[resource.name] = price
    return Cost(usd, tuple(sorted(unpriced)))


def _fargate(service: Resource, view: View) -> float | None:
    """As many tasks as it asks for, by the processors and the memory of each."""
    task = view.referred(service.get("TaskDefinition"))
    try:
        each = task and (float(task.get("Cpu")) / 1024, float(task.get("Memory")) / 1024)
        count = float(service.get("DesiredCount") or 1)
    except (TypeError, ValueError):
        return None
    if not each:
        return None
    hourly = _prices()["fargate"]
    return float(count * HOURS * (each[0] * hourly["vcpu"] + each[1] * hourly["gigabyte"]))


def _price(resource: Resource) -> float | None:
    """None if it is unknown."""
    found = [*_fixed(resource), *_by_class(resource)]
    if found:
        return None if None in found else sum(each for each in found if each)
    prices = _prices()
    if resource.type in prices["by_use"]["types"].split():
        return 0
    service = resource.type.rpartition("::")[0]
    free = service in prices["free"]["services"].split()
    return 0 if free and resource.type not in prices["free"]["but_not"].split() else None


def _fixed(resource: Resource) -> Iterator[float | None]:
    for price in _prices()["price"]:
        if price["type"] == resource.type:
            yield price["usd"] * _times(resource, price) if _meets(resource, price) else 0


def _by_class(resource: Resource) -> Iterator[float | None]:
    for each in _prices()["class"]:
        if each["type"] == resource.type:
            hourly = _prices()["hourly"].get(str(resource.get(each["property"])))
            copies = 2 if str(resource.get(each.get("doubled", "-"))).lower() == "true" else 1
            yield None if hourly is None else hourly * HOURS * copies * _times(resource, each)


def _times(resource: Resource, price: Mapping[str, Json]) -> float:
    if "times" not in price:
        return 1
    value = resource.get(price["times"])
    if isinstance(value, list):
        return len(value)
    try:
        return float(value)
    except (TypeError, ValueError):
        return 1 if price in _prices()["class"] else 0


def _meets(resource: Resource, price: Mapping[str, Json]) -> bool:
    wanted = price.get("when", {})
    return all(
        str(resource.get(name)) in each or str(resource.get(name)).lower() in each
        for name, each in wanted.items()
    )


@cache
def _prices() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
