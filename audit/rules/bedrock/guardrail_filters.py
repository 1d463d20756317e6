"""A filter at LOW lets through all but the plainest harm."""

from collections.abc import Iterator

from audit.environment import Environment, Resource, at
from audit.rules.guardrails import GUARDRAIL, filters
from audit.rules.registry import rule

HARMS = ("SEXUAL", "VIOLENCE", "HATE", "INSULTS", "MISCONDUCT")
ENOUGH = ("MEDIUM", "HIGH")


@rule(
    "BR-GUARDRAIL-FILTERS",
    on=GUARDRAIL,
    severity="high",
    category="guardrails",
    fix="set InputStrength and OutputStrength of every content filter to MEDIUM or HIGH",
)
def every_harm_is_filtered(guardrail: Resource, _: Environment) -> Iterator[str]:
    """A guardrail filters every kind of harm, in both directions, at MEDIUM or HIGH."""
    found = filters(guardrail)
    for harm in HARMS:
        for key in ("InputStrength", "OutputStrength"):
            strength = at(found.get(harm), key)
            if strength not in ENOUGH:
                yield f"{key} of {harm} is {strength or 'not set'}"
