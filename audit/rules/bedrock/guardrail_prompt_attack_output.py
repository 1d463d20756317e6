"""The service refuses any other value, so that the deployment fails half-way."""

from collections.abc import Iterator

from audit.environment import Environment, Resource, at
from audit.rules.guardrails import GUARDRAIL, filters
from audit.rules.registry import rule


@rule(
    "BR-GUARDRAIL-PROMPT-ATTACK-OUTPUT",
    on=GUARDRAIL,
    severity="medium",
    category="guardrails",
    fix="set OutputStrength of PROMPT_ATTACK to NONE",
)
def answers_are_no_attacks(guardrail: Resource, _: Environment) -> Iterator[str]:
    """The filter PROMPT_ATTACK leaves answers alone."""
    attack = filters(guardrail).get("PROMPT_ATTACK")
    strength = at(attack, "OutputStrength")
    if attack is not None and strength != "NONE":
        yield f"OutputStrength of PROMPT_ATTACK is {strength or 'not set'}"
