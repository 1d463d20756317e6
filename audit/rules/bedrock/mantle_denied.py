"""The other endpoint, bedrock-mantle, has no guardrails and no invocation log."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.iam.types import IDENTITY
from audit.rules.denials import not_denied
from audit.rules.registry import rule


@rule(
    "BR-MANTLE-DENIED",
    on=IDENTITY,
    severity="medium",
    category="access",
    fix="deny bedrock-mantle:* on *",
)
def the_other_endpoint_is_denied(policy: Resource, around: Environment) -> Iterator[str]:
    """Who may invoke models is denied the endpoint that no guardrail watches."""
    yield from not_denied("bedrock-mantle:CreateInference", policy, around)
