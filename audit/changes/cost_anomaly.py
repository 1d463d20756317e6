"""From what amount on an unusual cost is told."""

import re
from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.view import Resource

AMOUNT = re.compile(r"\"Values\"\s*:\s*\[\s*\"?([0-9.]+)")


@on_change(
    "cost-anomaly",
    category="cost",
    on="AWS::CE::AnomalySubscription",
    fix="keep the amount, or let whoever pays for it approve the higher one",
)
def unusual_cost_is_told_as_soon(change: Change) -> Iterator[Hazard]:
    """Unusual cost is told from the same amount on."""
    if not change.before or not change.after:
        return
    was, now = _amount(change.before), _amount(change.after)
    if now > was:
        why = "more is spent unusually before anyone is told"
        yield Hazard("medium", f"from {was:g}", f"from {now:g}", why)


def _amount(subscription: Resource) -> float:
    found = AMOUNT.findall(str(subscription.get("ThresholdExpression")))
    return max(map(float, found), default=float(subscription.get("Threshold") or 0))
