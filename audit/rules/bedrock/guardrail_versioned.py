"""DRAFT changes under its callers: a version is what was reviewed."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.rules.guardrails import GUARDRAIL, VERSION
from audit.rules.registry import rule


@rule(
    "BR-GUARDRAIL-VERSIONED",
    on=GUARDRAIL,
    severity="high",
    category="guardrails",
    fix="add an AWS::Bedrock::GuardrailVersion of it, whose logical id moves with its content",
)
def guardrail_has_a_version(guardrail: Resource, around: Environment) -> Iterator[str]:
    """A guardrail has a version that callers can pin."""
    versions = around.of_type(VERSION)
    named = (around.referred(each.at("GuardrailIdentifier"), each) for each in versions)
    if not any(guardrail in each for each in named):
        yield "no AWS::Bedrock::GuardrailVersion is of it"
