"""What an environment costs a month by being there, before anyone uses it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from audit.facts import facts
from audit.template import Json
from audit.values import listed, number
from audit.view import Resource, View, value_at

HOURS = 730
SERVICE, SCALED = "AWS::ECS::Service", "AWS::ApplicationAutoScaling::ScalableTarget"
GROUP, MIXED = "AWS::AutoScaling::AutoScalingGroup", "MixedInstancesPolicy.LaunchTemplate"
# db.r6g.2xlarge, r6g.large.search: (what it is of) family, size (what it is of).
SIZED = re.compile(
    r"([a-z]+\.)?([a-z]+[0-9][a-z0-9-]*)\.(nano|micro|small|medium|large|[0-9]*xlarge)(\.[a-z]+)?"
)
SMALLER = {"nano": 1 / 16, "micro": 1 / 8, "small": 1 / 4, "medium": 1 / 2, "large": 1}
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
        price = _MADE_OF.get(resource.type, _alone)(resource, view)
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
        count = max(float(service.get("DesiredCount") or 1), _least(service, view))
    except (TypeError, ValueError):
        return None
    if not each:
        return None
    hourly = _prices()["fargate"]
    return float(count * HOURS * (each[0] * hourly["vcpu"] + each[1] * hourly["gigabyte"]))


def _least(service: Resource, view: View) -> float:
    """How many tasks it is never scaled below; 0 if it is not scaled."""
    own = f"${{{service.name}"
    targets = (each for each in view.of(SCALED) if own in str(each.get("ResourceId")))
    return max((number(each.get("MinCapacity")) or 0 for each in targets), default=0)


def _group(group: Resource, view: View) -> float | None:
    """As many machines as it asks for, of the class that its launch template names."""
    template = group.get("LaunchTemplate") or group.get(f"{MIXED}.LaunchTemplateSpecification")
    named = template.get("LaunchTemplateId", "") if isinstance(template, Mapping) else ""
    found = view.referred(named)
    size = found and found.get("LaunchTemplateData.InstanceType")
    size = group.get(f"{MIXED}.Overrides.0.InstanceType") or size
    count = number(group.get("DesiredCapacity") or group.get("MinSize"))
    hourly = _hourly(str(size))
    return None if hourly is None or count is None else HOURS * hourly * count


def _alone(resource: Resource, _: View) -> float | None:
    return _price(resource)


_MADE_OF = {SERVICE: _fargate, GROUP: _group}


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


def by_class(type: str) -> list[str]:
    """The properties that say how big an instance of the type is; none where it has no sizes."""
    return [each["property"] for each in _prices()["class"] if each["type"] == type]


def _fixed(resource: Resource) -> Iterator[float | None]:
    for price in _prices()["price"]:
        if price["type"] == resource.type:
            usd = price["usd"] * _copies(resource.properties, price)
            yield usd * _times(resource.properties, price) if _meets(resource, price) else 0


def _by_class(resource: Resource) -> Iterator[float | None]:
    for price in _prices()["class"]:
        if price["type"] == resource.type:
            for each in _each(resource, price):
                hourly = _hourly(str(value_at(each, price["property"])))
                count = HOURS * _copies(each, price) * _times(each, price)
                yield None if hourly is None else hourly * count


def _each(resource: Resource, price: Mapping[str, Json]) -> list[Json]:
    """What is sized: the resource itself or, where it lists machines, each of them."""
    if "each" not in price:
        return [resource.properties]
    return listed(resource.get(price["each"]))


def _hourly(name: str) -> float | None:
    """Of an instance by its class. Sizes of one family cost in proportion."""
    prices = _prices()
    if (usd := prices["hourly"].get(name)) is not None:
        return float(usd)
    sized = SIZED.fullmatch(name)
    large = sized and prices["large"].get(f"{sized[1] or ''}{sized[2]}{sized[4] or ''}")
    if not sized or large is None:
        return None
    times = sized[3].removesuffix("xlarge")
    in_large = 2 * int(times or 1) if sized[3].endswith("xlarge") else SMALLER[sized[3]]
    return float(large) * in_large


def _copies(sized: Json, price: Mapping[str, Json]) -> int:
    return 2 if str(value_at(sized, price.get("doubled", "-"))).lower() == "true" else 1


def _times(sized: Json, price: Mapping[str, Json]) -> float:
    if "times" not in price:
        return 1
    value = value_at(sized, price["times"])
    if isinstance(value, list):
        return len(value)
    if value is None and "groups" in price:
        one = price["groups"]
        each = 1 + (number(value_at(sized, one["and"])) or 0)
        return (number(value_at(sized, one["of"])) or 1) * each
    times = number(value)
    if times is not None:
        return times
    return 1 if price in _prices()["class"] else 0


def _meets(resource: Resource, price: Mapping[str, Json]) -> bool:
    wanted = price.get("when", {})
    return all(
        str(resource.get(name)) in each or str(resource.get(name)).lower() in each
        for name, each in wanted.items()
    )


def _prices() -> dict[str, Any]:
    return facts("prices.toml")
