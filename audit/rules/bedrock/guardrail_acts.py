"""A filter that only reports looks like protection in a console, and is none."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.rules.guardrails import CONTENT, GROUNDING, GUARDRAIL, MANAGED_WORDS, TOPICS, WORDS, idle
from audit.rules.registry import rule


@rule(
    "BR-GUARDRAIL-ACTS",
    on=GUARDRAIL,
    severity="high",
    category="guardrails",
    fix="leave out Action, InputAction, OutputAction and the Enabled switches, or let them block",
)
def what_is_detected_is_blocked(guardrail: Resource, _: Environment) -> Iterator[str]:
    """What a filter, a topic, a word or a grounding check detects is blocked."""
    for path in (CONTENT, TOPICS, WORDS, MANAGED_WORDS, GROUNDING):
        for part in guardrail.list_at(*path):
            for wrong in idle(part):
                yield f"{path[0]}: {wrong}"
