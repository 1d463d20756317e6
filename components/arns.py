"""How Bedrock's ARNs are spelled; regions may differ from the stack's, or be empty."""

from aws_cdk import Stack
from constructs import Construct

from config.models import Target


def foundation_model_arn(scope: Construct, model_id: str, region: str | None = None) -> str:
    """A foundation model's ARN, in the stack's region unless another (or "") is named."""
    stack = Stack.of(scope)
    where = stack.region if region is None else region
    return f"arn:{stack.partition}:bedrock:{where}::foundation-model/{model_id}"


def system_profile_arn(scope: Construct, profile_id: str) -> str:
    """The ARN under which this account calls a profile that AWS defines."""
    stack = Stack.of(scope)
    owner = f"{stack.region}:{stack.account}"
    return f"arn:{stack.partition}:bedrock:{owner}:inference-profile/{profile_id}"


def destination_arns(scope: Construct, target: Target) -> list[str]:
    """The model in every region that may serve the request.

    A global profile also routes through an ARN with an empty region (bedrock-2026 §3.2).
    """
    regions = (*target.destinations, "") if target.prefix == "global" else target.destinations
    return [foundation_model_arn(scope, target.model.id, region) for region in regions]


def guardrail_profile_arn(scope: Construct, profile_id: str, region: str) -> str:
    """The ARN under which this account's guardrails are judged in a region."""
    stack = Stack.of(scope)
    return f"arn:{stack.partition}:bedrock:{region}:{stack.account}:guardrail-profile/{profile_id}"
