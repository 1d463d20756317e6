"""Without these, Bedrock in somebody else's account may be made to act with this role."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.rules.registry import rule
from audit.rules.statements import in_document

KEYS = {"aws:sourceaccount", "aws:sourcearn"}


@rule(
    "BR-SERVICE-TRUST",
    on="AWS::IAM::Role",
    severity="high",
    category="access",
    fix="add StringEquals on aws:SourceAccount and ArnLike on aws:SourceArn to the trust policy",
)
def bedrock_is_trusted_for_our_resources(role: Resource, _: Environment) -> Iterator[str]:
    """A role that Bedrock assumes says for which account and resources."""
    for statement in in_document(role.at("AssumeRolePolicyDocument"), role):
        if statement.is_allow and "bedrock.amazonaws.com" in statement.services():
            missing = KEYS - {key for _, key, values in statement.conditions if values != ["*"]}
            if missing:
                yield f"the trust has no condition on {', '.join(sorted(missing))}"
