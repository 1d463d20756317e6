"""Spend is noticed by a budget in hours, and by an invoice in weeks."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.rules.invoking import invokes_anything
from audit.rules.registry import WHOLE, rule


@rule(
    "BR-BUDGET",
    on=WHOLE,
    severity="medium",
    category="cost",
    fix="add an AWS::Budgets::Budget with NotificationsWithSubscribers",
)
def spend_is_watched(_: Resource, around: Environment) -> Iterator[str]:
    """Where models are invoked, a budget tells somebody."""
    budgets = around.of_type("AWS::Budgets::Budget")
    if invokes_anything(around) and not any(
        each.list_at("NotificationsWithSubscribers") for each in budgets
    ):
        yield "models are invoked, and no budget notifies anybody"
