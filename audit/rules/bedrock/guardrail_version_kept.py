"""A version that is deleted with its successor's arrival breaks whoever has pinned it."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.rules.guardrails import VERSION
from audit.rules.registry import rule
from audit.rules.retention import not_retained


@rule(
    "BR-GUARDRAIL-VERSION-KEPT",
    on=VERSION,
    severity="medium",
    category="guardrails",
    fix="set DeletionPolicy and UpdateReplacePolicy to Retain",
)
def versions_stay(version: Resource, _: Environment) -> Iterator[str]:
    """A version of a guardrail stays when it is replaced."""
    yield from not_retained(version)
