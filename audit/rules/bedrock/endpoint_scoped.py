"""An endpoint without a policy lets anything inside the network talk to any account's Bedrock."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.intrinsics import text_of
from audit.rules.registry import rule
from audit.rules.statements import in_document


@rule(
    "BR-ENDPOINT-SCOPED",
    on="AWS::EC2::VPCEndpoint",
    severity="high",
    category="access",
    fix="give it a PolicyDocument that names actions, and resources or a condition on the account",
)
def endpoints_are_scoped(endpoint: Resource, _: Environment) -> Iterator[str]:
    """A private endpoint of Bedrock allows named actions of this account's callers."""
    if ".bedrock" not in text_of(endpoint.at("ServiceName")):
        return
    if not endpoint.at("PolicyDocument"):
        yield "it has no PolicyDocument, which allows everything"
    for statement in in_document(endpoint.at("PolicyDocument"), endpoint):
        if statement.is_allow and any(each in ("*", "bedrock:*") for each in statement.actions):
            yield f"it allows {', '.join(statement.actions)}"
        if statement.is_allow and "*" in statement.resources and not statement.conditions:
            yield "it allows every resource to every caller"
