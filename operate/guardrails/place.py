"""Where a run measures, and what it can know there: the embedded AWS judges by patterns alone."""

from dataclasses import dataclass
from typing import Any

from config.schema import Environment
from config.suites import Case
from operate.place import is_embedded

POLICIES = ("words", "patterns", "pii")
# Kinds of personal data with a form; MiniStack knows the others by no pattern.
ENTITIES = (
    "AWS_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "CREDIT_DEBIT_CARD_NUMBER",
    "EMAIL",
    "IP_ADDRESS",
    "MAC_ADDRESS",
    "PHONE",
    "URL",
    "US_SOCIAL_SECURITY_NUMBER",
)


@dataclass(frozen=True)
class Place:
    """AWS itself, or the embedded AWS."""

    embedded: bool

    def __str__(self) -> str:
        return "the embedded AWS" if self.embedded else "AWS"

    def why_unjudged(self, case: Case) -> str | None:
        """Why an answer from here says nothing about this prompt; None where it does."""
        if not self.embedded:
            return None
        if case.policy not in POLICIES:
            return f"the embedded AWS has no {case.policy.replace('_', ' ')}"
        if case.policy == "pii" and case.finding not in ENTITIES:
            return f"the embedded AWS does not recognise {case.finding}"
        return case.embedded


def find_place(environment: Environment, runtime: Any) -> Place:
    """Judged by the client of bedrock-runtime."""
    return Place(is_embedded(environment, runtime))
