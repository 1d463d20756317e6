"""DRAFT is whatever somebody saved last: what runs is then not what was reviewed."""

import re
from collections.abc import Iterator

from audit.environment import Environment, Resource, walk
from audit.intrinsics import references
from audit.rules.guardrails import GUARDRAIL
from audit.rules.registry import ANY, rule

KEY = re.compile(r"guardrail_?(version|identifier)(\.|$)", re.IGNORECASE)


@rule(
    "BR-GUARDRAIL-DRAFT",
    on=ANY,
    severity="high",
    category="guardrails",
    fix="use the Version of an AWS::Bedrock::GuardrailVersion, or a number",
)
def nobody_uses_the_draft(resource: Resource, around: Environment) -> Iterator[str]:
    """Nothing uses the working draft of a guardrail."""
    for path, value in walk(resource.properties):
        if not isinstance(value, str):
            continue
        if KEY.search(path) and value.upper().endswith("DRAFT"):
            yield f"{path} is the working draft"
        for name in _drafts(value, resource, around):
            yield f"{path} has the Version of {name}, which is the working draft"


def _drafts(text: str, near: Resource, around: Environment) -> Iterator[str]:
    """A guardrail's own attribute Version is DRAFT; only a GuardrailVersion's is a number."""
    for id, attribute in references(text):
        for owner in around.referred(f"${{{id}}}", near) if attribute == "Version" else ():
            if owner.type == GUARDRAIL:
                yield owner.name
