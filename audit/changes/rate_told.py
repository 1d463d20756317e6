"""How often an application lets models be asked, where that is a setting of its own."""

import math
from collections.abc import Iterator

from audit.calls import callers
from audit.ceilings import raised
from audit.change import Comparison, Hazard, on_environment
from audit.quantities import rate


@on_environment(
    "rate-told",
    category="models",
    fix="keep the rate, or say who needs the higher one and what holds the others up",
)
def rates_are_kept(compared: Comparison) -> Iterator[Hazard]:
    """Where models are called, no rate or quota that an application is told is raised or gone."""
    if not callers(compared.head):
        return
    for before, after in raised(compared, rate):
        if before:
            gone = after.amount == math.inf
            yield Hazard(
                "high" if gone else "medium",
                {after.said: before.amount},
                {after.said: "no limit" if gone else after.amount},
                "callers may ask models as often as they like" if gone else "callers may ask more",
                subject=after.resource,
            )
