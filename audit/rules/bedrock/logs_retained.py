"""Shorter than an incident takes to be noticed is no log; for ever is a promise nobody made."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.rules.registry import rule
from audit.values import number

LEAST = 30


@rule(
    "BR-LOGS-RETAINED",
    on="AWS::Logs::LogGroup",
    severity="medium",
    category="observability",
    fix="set RetentionInDays to 30 or more",
)
def logs_are_kept_long_enough(group: Resource, _: Environment) -> Iterator[str]:
    """A log is kept for a declared time of 30 days or more."""
    days = number(group.at("RetentionInDays"))
    if days is None or days < LEAST:
        yield f"RetentionInDays is {group.at('RetentionInDays') or 'not set'}"
