"""A guardrail's words and topics tell what an organization fears: they are its own secret."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.rules.registry import rule


@rule(
    "BR-GUARDRAIL-KMS",
    on="AWS::Bedrock::Guardrail",
    severity="medium",
    category="guardrails",
    fix="set KmsKeyArn to a key of your own",
)
def guardrail_is_encrypted(guardrail: Resource, _: Environment) -> Iterator[str]:
    """A guardrail is encrypted with a customer's key."""
    if not guardrail.at("KmsKeyArn"):
        yield "it has no KmsKeyArn"
