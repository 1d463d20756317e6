"""Guardrails that are edited without a new version."""

from collections.abc import Iterator

from audit.change import Comparison, Hazard, on_environment
from audit.lattice import weaker
from audit.leaves import GUARDRAIL, VERSION
from audit.view import Resource

# What callers see of it beside what is stopped.
SEEN = ("BlockedInputMessaging", "BlockedOutputsMessaging", "CrossRegionConfig")


@on_environment(
    "guardrail-unversioned",
    category="guardrails",
    fix="cut a new AWS::Bedrock::GuardrailVersion in the same change, for instance with a hash of "
    "the guardrail in its logical id",
)
def edits_reach_callers(compared: Comparison) -> Iterator[Hazard]:
    """Whoever edits a guardrail cuts a version of it, or callers never see the edit."""
    for change in compared.changes:
        if not change.before or not change.after or change.after.type != GUARDRAIL:
            continue
        versions = [
            each for each in compared.head.of(VERSION) if _is_of(each, change.after, compared)
        ]
        edited = _acts_otherwise(change.before, change.after)
        if edited and versions and all(map(compared.is_same, versions)):
            why = "the edit changes only the draft: callers stay on the version cut before it"
            yield Hazard("medium", versions[0].id, versions[0].id, why, subject=change.after)


def _is_of(version: Resource, guardrail: Resource, compared: Comparison) -> bool:
    return compared.head.referred(version.get("GuardrailIdentifier")) is guardrail


def _acts_otherwise(before: Resource, after: Resource) -> bool:
    """Another order, or what is the default anyway, is no edit that callers wait for."""
    old, new = before.properties, after.properties
    return (
        any(before.get(each) != after.get(each) for each in SEEN)
        or any(weaker(old, new))
        or any(weaker(new, old))
    )
