"""What an application may spend before it stops by itself."""

import math
from collections.abc import Iterator

from audit.ceilings import raised
from audit.change import Comparison, Hazard, on_environment
from audit.cost import gravity
from audit.quantities import money


@on_environment(
    "budget-raised",
    category="cost",
    fix="keep the budget, or let whoever pays for it approve the higher one",
)
def budgets_are_kept(compared: Comparison) -> Iterator[Hazard]:
    """No budget that an application is told is raised or taken away."""
    for before, after in raised(compared, money):
        was = before.amount if before else 0.0
        if severity := gravity(after.amount - was):
            yield Hazard(
                severity,
                f"{after.said}: {_usd(was)}" if before else None,
                f"{after.said}: {_usd(after.amount)}",
                _why(after.amount - was),
                subject=after.resource,
            )


def _why(more: float) -> str:
    if more == math.inf:
        return "nothing bounds any more what it may spend"
    return f"${more:,.2f} a month more may be spent"


def _usd(amount: float) -> str:
    return f"${amount:,.2f} a month" if amount < math.inf else "no limit"
