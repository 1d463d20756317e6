"""Content filters know harm; only topics know what this organization does not talk about."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.rules.guardrails import GUARDRAIL, TOPICS
from audit.rules.registry import rule


@rule(
    "BR-GUARDRAIL-TOPICS",
    on=GUARDRAIL,
    severity="low",
    category="guardrails",
    fix="deny a topic in TopicPolicyConfig",
)
def a_topic_is_denied(guardrail: Resource, _: Environment) -> Iterator[str]:
    """A guardrail denies at least one topic."""
    if not guardrail.list_at(*TOPICS):
        yield "no TopicsConfig denies one"
