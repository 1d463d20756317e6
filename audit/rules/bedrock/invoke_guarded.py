"""A guardrail that the caller chooses to name is a courtesy; a condition makes it a rule."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.iam.types import IDENTITY
from audit.rules.invoking import GUARDRAIL, generating
from audit.rules.registry import rule
from audit.rules.statements import Statement

OPERATORS = ("stringequals", "stringlike", "arnequals", "arnlike")


@rule(
    "BR-INVOKE-GUARDED",
    on=IDENTITY,
    severity="high",
    category="guardrails",
    fix="set StringEquals on bedrock:GuardrailIdentifier to the guardrail's ARN:VERSION",
)
def models_are_invoked_under_a_guardrail(policy: Resource, around: Environment) -> Iterator[str]:
    """A model that writes may be invoked only under a named guardrail."""
    for statement in generating(policy, around):
        if not _names_a_guardrail(statement):
            yield f"it allows {', '.join(statement.resources)} without one"


def _names_a_guardrail(statement: Statement) -> bool:
    named = [
        values
        for operator, key, values in statement.conditions
        if key == GUARDRAIL and operator in OPERATORS
    ]
    return any(values and not any(each.strip("*") == "" for each in values) for values in named)
