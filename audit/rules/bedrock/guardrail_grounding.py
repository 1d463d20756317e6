"""An answer from documents that is not in the documents is what readers trust most, wrongly."""

from collections.abc import Iterator

from audit.environment import Environment, Resource, at
from audit.intrinsics import text_of
from audit.rules.guardrails import GROUNDING, GUARDRAIL
from audit.rules.registry import rule
from audit.values import number

LEAST = 0.5


@rule(
    "BR-GUARDRAIL-GROUNDING",
    on="AWS::Bedrock::KnowledgeBase",
    severity="medium",
    category="guardrails",
    fix="add ContextualGroundingPolicyConfig with GROUNDING and RELEVANCE of 0.5 or more",
)
def answers_are_grounded(_: Resource, around: Environment) -> Iterator[str]:
    """Beside a knowledge base is a guardrail that checks grounding and relevance."""
    if not any(map(_checks_both, around.of_type(GUARDRAIL))):
        yield f"no guardrail has both GROUNDING and RELEVANCE with a threshold of {LEAST} or more"


def _checks_both(guardrail: Resource) -> bool:
    parts = guardrail.list_at(*GROUNDING)
    thresholds = {text_of(at(each, "Type")): number(at(each, "Threshold")) or 0 for each in parts}
    return all(thresholds.get(each, 0) >= LEAST for each in ("GROUNDING", "RELEVANCE"))
