"""DRAFT is whatever somebody saved last: what runs is then not what was reviewed."""

import re
from collections.abc import Iterator

from audit.environment import Environment, Resource, walk
from audit.intrinsics import references, text_of
from audit.rules.guardrails import GUARDRAIL
from audit.rules.registry import ANY, rule
from audit.template import Json

KEY = re.compile(r"guardrail_?version(\.|$)", re.IGNORECASE)


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
        named = KEY.search(path) is not None and "DRAFT" in text_of(value).upper()
        if isinstance(value, str) and (named or _is_the_drafts(value, resource, around)):
            yield f"{path} is {value}"


def _is_the_drafts(text: Json, near: Resource, around: Environment) -> bool:
    """A guardrail's own attribute Version is DRAFT; only a GuardrailVersion's is a number."""
    for id, attribute in references(text):
        if attribute == "Version":
            owners = around.referred(f"${{{id}}}", near)
            if any(each.type == GUARDRAIL for each in owners):
                return True
    return False
