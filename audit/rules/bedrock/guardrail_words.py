"""AWS keeps the list of profane words, so that nobody has to."""

from collections.abc import Iterator

from audit.environment import Environment, Resource, at
from audit.rules.guardrails import GUARDRAIL, MANAGED_WORDS
from audit.rules.registry import rule


@rule(
    "BR-GUARDRAIL-WORDS",
    on=GUARDRAIL,
    severity="low",
    category="guardrails",
    fix="add the managed word list PROFANITY",
)
def profanity_is_blocked(guardrail: Resource, _: Environment) -> Iterator[str]:
    """A guardrail blocks profane words."""
    lists = [at(each, "Type") for each in guardrail.list_at(*MANAGED_WORDS)]
    if "PROFANITY" not in lists:
        yield f"its managed word lists are {lists}"
