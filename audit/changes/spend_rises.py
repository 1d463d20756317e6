"""What models may cost at most where no budget bounds it: as often as they may be asked."""

from collections.abc import Iterator

from audit.change import Comparison, Hazard, on_environment
from audit.cost import gravity
from audit.worst_case import RATES, worst_case


@on_environment(
    "spend-rises",
    category="cost",
    fix="lower the rate or the tokens of a call, or give what calls the models a budget",
)
def models_cost_no_more_at_most(compared: Comparison) -> Iterator[Hazard]:
    """What models may cost a month at most does not rise, and stays bounded."""
    before, after = worst_case(compared.base), worst_case(compared.head)
    if not before or before.by != RATES or before.usd is None or not after:
        return
    was = f"${before.usd:,.2f}"
    if after.usd is None:
        yield Hazard("high", was, "not bounded", f"models may cost anything: {after.by}")
    elif severity := gravity(after.usd - before.usd):
        why = f"${after.usd - before.usd:,.2f} a month more, if everyone asks all that they may"
        yield Hazard(severity, was, f"${after.usd:,.2f}", why)
