"""A model without a guardrail answers whatever it is asked."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.iam.types import IDENTITY
from audit.rules.invoking import generating
from audit.rules.registry import rule
from audit.rules.statements import held_by, holders

ACTION = "bedrock:ApplyGuardrail"


@rule(
    "BR-GUARDRAIL-PRESENT",
    on=IDENTITY,
    severity="high",
    category="guardrails",
    fix="declare an AWS::Bedrock::Guardrail and allow bedrock:ApplyGuardrail on its ARN",
)
def there_is_a_guardrail(policy: Resource, around: Environment) -> Iterator[str]:
    """Who may invoke a model that writes has a guardrail to do it under."""
    for holder in holders(policy, around) if any(generating(policy, around)) else ():
        if not any(each.is_allow and each.may(ACTION) for each in held_by(holder, around)):
            yield f"{holder} may apply no guardrail"
