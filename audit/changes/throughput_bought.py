"""Throughput of models that is bought ahead. CloudFormation has no type for it, so that a custom
resource buys it, whatever that is called: the number of units tells it."""

import re
from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.leaves import leaves
from audit.values import number
from audit.view import Resource

UNITS = re.compile(r"(?:^|[._])model_?units$", re.IGNORECASE)


@on_change(
    "throughput-bought",
    category="cost",
    fix="ask by use, or let whoever pays for it approve the units and how long they are bought for",
)
def no_throughput_is_bought(change: Change) -> Iterator[Hazard]:
    """No more units of a model's throughput are bought."""
    was, now = _units(change.before), _units(change.after)
    if now > was:
        why = "each unit is paid by the hour, for as long as was committed, used or not"
        yield Hazard("high", f"{was:g} units", f"{now:g} units", why)


def _units(resource: Resource | None) -> float:
    """`Create` and `Update` of one resource buy the same units."""
    found = [number(text) or 0 for place, text in leaves(resource) if UNITS.search(place)]
    return max(found, default=0)
