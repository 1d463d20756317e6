"""Injection is the one attack that every application with a prompt has."""

from collections.abc import Iterator

from audit.environment import Environment, Resource, at
from audit.rules.registry import rule


@rule(
    "BR-GUARDRAIL-PROMPT-ATTACK",
    on="AWS::Bedrock::Guardrail",
    severity="high",
    category="guardrails",
    fix="add the content filter PROMPT_ATTACK with InputStrength HIGH",
)
def prompt_attacks_are_filtered(guardrail: Resource, _: Environment) -> Iterator[str]:
    """A guardrail filters prompt attacks at strength HIGH."""
    filters = guardrail.list_at("ContentPolicyConfig", "FiltersConfig")
    strengths = [
        at(each, "InputStrength") for each in filters if at(each, "Type") == "PROMPT_ATTACK"
    ]
    if strengths != ["HIGH"]:
        yield f"InputStrength of PROMPT_ATTACK is {strengths[0] if strengths else 'not set'}"
