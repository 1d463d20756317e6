"""The model that nobody chose is the one that nobody priced, reviewed or agreed to."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.iam.types import IDENTITY
from audit.intrinsics import text_of
from audit.rules.invoking import invoking
from audit.rules.registry import rule

MANAGED = (
    "AdministratorAccess",
    "PowerUserAccess",
    "AmazonBedrockFullAccess",
    "AmazonBedrockLimitedAccess",
)


@rule(
    "BR-INVOKE-SCOPED",
    on=IDENTITY,
    severity="high",
    category="access",
    fix="name the actions, and the ARN of each model and profile in each region",
)
def exact_models_are_invoked(policy: Resource, around: Environment) -> Iterator[str]:
    """Who may invoke models may invoke exactly those that are named."""
    for statement in invoking(policy, around):
        for key in ("NotAction", "NotResource"):
            if key in statement.raw:
                yield f"it allows by {key}"
        for text in [*statement.actions, *statement.resources]:
            if "*" in text or "?" in text:
                yield f"it allows {text}"
    for arn in policy.list_at("ManagedPolicyArns"):
        if text_of(arn).endswith(MANAGED):
            yield f"it has the managed policy {text_of(arn)}"
