"""An enforced guardrail holds for the whole account: a slip in it is everybody's."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.intrinsics import text_of
from audit.rules.guardrails import VERSION
from audit.rules.registry import rule


@rule(
    "BR-GUARDRAIL-ENFORCED-PINNED",
    on="AWS::Bedrock::EnforcedGuardrailConfiguration",
    severity="high",
    category="guardrails",
    fix="set GuardrailVersion to a number or to the Version of an AWS::Bedrock::GuardrailVersion",
)
def enforced_guardrail_is_pinned(configuration: Resource, around: Environment) -> Iterator[str]:
    """The guardrail that an account enforces is pinned to a numbered version."""
    version = configuration.at("GuardrailVersion")
    owners = around.referred(version, configuration)
    numbered = text_of(version).isdigit() and int(version) > 0
    if not numbered and [each.type for each in owners] != [VERSION]:
        yield f"GuardrailVersion is {text_of(version)}"
