"""Injection is the one attack that every application with a prompt has."""

from collections.abc import Iterator

from audit.environment import Environment, Resource, at
from audit.rules.guardrails import GUARDRAIL, filters
from audit.rules.registry import rule


@rule(
    "BR-GUARDRAIL-PROMPT-ATTACK",
    on=GUARDRAIL,
    severity="high",
    category="guardrails",
    fix="add the content filter PROMPT_ATTACK with InputStrength HIGH",
)
def prompt_attacks_are_filtered(guardrail: Resource, _: Environment) -> Iterator[str]:
    """A guardrail filters prompt attacks at strength HIGH."""
    strength = at(filters(guardrail).get("PROMPT_ATTACK"), "InputStrength")
    if strength != "HIGH":
        yield f"InputStrength of PROMPT_ATTACK is {strength or 'not set'}"
