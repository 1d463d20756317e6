"""What AWS's own budgets let pass before anyone is told."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.cost import gravity
from audit.view import Resource

# By `TimeUnit`, as months; what AWS tells of money alone is in dollars.
PERIODS = {"DAILY": 1 / 31, "MONTHLY": 1, "QUARTERLY": 3, "ANNUALLY": 12}
AMOUNT, FREE = "Budget.BudgetLimit.Amount", float("inf")


@on_change(
    "budget-notice",
    category="cost",
    on="AWS::Budgets::Budget",
    fix="keep the amount, or let whoever pays for it approve the higher one",
)
def money_is_noticed_as_soon(change: Change) -> Iterator[Hazard]:
    """No budget of AWS's tells anyone later than it did."""
    if not change.before or not change.after or change.now("Budget.BudgetType") != "COST":
        return
    was, now = (_monthly(each) for each in (change.before, change.after))
    if severity := gravity(now - was):
        why = f"${now - was:,.2f} a month more is spent before anyone is told"
        if now == FREE:
            why = "no amount is known at which anyone is told"
        yield Hazard(severity, {AMOUNT: change.was(AMOUNT)}, {AMOUNT: change.now(AMOUNT)}, why)


def _monthly(budget: Resource) -> float:
    """Infinite if there is no limit, or none that a template tells."""
    try:
        return float(budget.get(AMOUNT)) / PERIODS[str(budget.get("Budget.TimeUnit"))]
    except (KeyError, TypeError, ValueError):
        return FREE
