"""Closed to new customers since 2026-07-30: in an account without a history it fails."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.rules.registry import rule


@rule(
    "BR-AGENT-CLASSIC",
    on=("AWS::Bedrock::Agent", "AWS::Bedrock::AgentAlias"),
    severity="medium",
    category="models",
    fix="use AgentCore: AWS::BedrockAgentCore::Runtime or ::Harness",
)
def agents_are_agentcores(agent: Resource, _: Environment) -> Iterator[str]:
    """Agents run on AgentCore and not on Bedrock Agents Classic."""
    yield f"{agent.type} is closed to new customers"
