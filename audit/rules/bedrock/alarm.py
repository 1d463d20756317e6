"""Throttles and errors of a model are seen by an alarm, or by a customer."""

from collections.abc import Iterator

from audit.environment import Environment, Resource, truth
from audit.rules.invoking import invokes_anything
from audit.rules.registry import WHOLE, rule

TYPES = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")


@rule(
    "BR-ALARM",
    on=WHOLE,
    severity="medium",
    category="observability",
    fix="add an AWS::CloudWatch::Alarm with AlarmActions",
)
def trouble_is_told(_: Resource, around: Environment) -> Iterator[str]:
    """Where models are invoked, an alarm tells somebody."""
    if invokes_anything(around) and not any(map(_tells, around.of_type(*TYPES))):
        yield "models are invoked, and no alarm has an action"


def _tells(alarm: Resource) -> bool:
    enabled = alarm.at("ActionsEnabled")
    return bool(alarm.list_at("AlarmActions")) and (enabled is None or truth(enabled) is True)
