"""Models repeat what they read: personal data is masked or blocked before and after."""

from collections.abc import Iterator

from audit.environment import Environment, Resource, at
from audit.rules.guardrails import GUARDRAIL, PII, REGEXES, idle
from audit.rules.registry import rule


@rule(
    "BR-GUARDRAIL-PERSONAL-DATA",
    on=GUARDRAIL,
    severity="high",
    category="guardrails",
    fix="list the kinds of personal data in PiiEntitiesConfig with Action ANONYMIZE or BLOCK",
)
def personal_data_is_masked(guardrail: Resource, _: Environment) -> Iterator[str]:
    """A guardrail masks or blocks personal data."""
    entities = guardrail.list_at(*PII)
    if not entities:
        yield "no PiiEntitiesConfig names a kind of personal data"
    for part in [*entities, *guardrail.list_at(*REGEXES)]:
        for wrong in idle(part):
            yield f"{at(part, 'Type') or at(part, 'Name')}: {wrong}"
