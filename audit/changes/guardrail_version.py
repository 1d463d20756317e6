"""Which version of a guardrail is in force: a number stands still, DRAFT is what was last saved."""

import re
from collections.abc import Iterator, Mapping

from audit.change import Change, Comparison, Hazard, on_change, on_environment
from audit.template import Json
from audit.view import Resource

GUARDRAIL, VERSION = "AWS::Bedrock::Guardrail", "AWS::Bedrock::GuardrailVersion"
DRAFT = re.compile(r"(?<![A-Za-z])DRAFT(?![A-Za-z])")
NAMED = re.compile(r"guardrail", re.IGNORECASE)
PINNED = re.compile(r"\.Version\}|^\d+$|guardrail/[^:\"']+:\d")
# What an edit may change without changing what is stopped.
IDLE = {"Tags", "Description", "KmsKeyArn", "Name"}
POLICIES = ("PolicyDocument", "AssumeRolePolicyDocument", "Policies", "KeyPolicy")


@on_change(
    "guardrail-draft",
    category="guardrails",
    fix="name a version, such as the `Version` of an AWS::Bedrock::GuardrailVersion",
)
def versions_stay_pinned(change: Change) -> Iterator[Hazard]:
    """Nothing that named a version of a guardrail names its draft instead."""
    if not change.after or change.after.type in (GUARDRAIL, VERSION):
        return
    before = dict(_leaves(change.before.properties, "")) if change.before else {}
    for place, now in _leaves(change.after.properties, ""):
        was = before.get(place)
        if now == was or not DRAFT.search(now) or (was and DRAFT.search(was)):
            continue
        if NAMED.search(place + now + (was or "")) or (was and PINNED.search(was)):
            why = "the draft changes whenever the guardrail is edited, reviewed or not"
            yield Hazard(
                "high" if was else "medium", {place: was} if was else None, {place: now}, why
            )


@on_change(
    "guardrail-version",
    category="guardrails",
    fix="keep the newer version, or cut a new one that says the same",
)
def versions_do_not_go_back(change: Change) -> Iterator[Hazard]:
    """Nothing goes back to an older version of a guardrail."""
    if not change.before or not change.after:
        return
    before = dict(_leaves(change.before.properties, ""))
    for place, now in _leaves(change.after.properties, ""):
        was = before.get(place, "")
        if (
            re.search(r"guardrail_?version$", place, re.IGNORECASE)
            and now.isdigit()
            and was.isdigit()
        ) and int(now) < int(was):
            yield Hazard(
                "high",
                {place: was},
                {place: now},
                "an older version, with what it did not stop yet",
            )


@on_change(
    "guardrail-detached", category="guardrails", fix="keep the guardrail on whatever calls models"
)
def callers_keep_their_guardrail(change: Change) -> Iterator[Hazard]:
    """What called models through a guardrail still does."""
    if not change.before or not change.after or change.after.type in (GUARDRAIL, VERSION):
        return
    after = {place for place, value in _leaves(change.after.properties, "") if value}
    for place, was in _leaves(change.before.properties, ""):
        name = place.rpartition(".")[2]
        if (
            was
            and place not in after
            and re.search(r"guardrail_?(id(entifier)?|arn|name)?$", name, re.IGNORECASE)
        ):
            yield Hazard(
                "critical", {place: was}, None, "its calls of models go through no guardrail"
            )


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
        edited = _content(change.before) != _content(change.after)
        if edited and versions and all(map(compared.is_same, versions)):
            why = "the edit changes only the draft: callers stay on the version cut before it"
            yield Hazard("medium", versions[0].id, versions[0].id, why, subject=change.after)


def _is_of(version: Resource, guardrail: Resource, compared: Comparison) -> bool:
    return compared.head.referred(version.get("GuardrailIdentifier")) is guardrail


def _content(guardrail: Resource) -> dict[str, Json]:
    return {name: each for name, each in guardrail.properties.items() if name not in IDLE}


def _leaves(value: Json, place: str) -> Iterator[tuple[str, str]]:
    """Texts by where they are. IAM is compared elsewhere, by meaning."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            if name not in POLICIES:
                yield from _leaves(each, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list):
        for i, each in enumerate(value):
            yield from _leaves(each, f"{place}.{i}")
    elif isinstance(value, (str, int)) and not isinstance(value, bool):
        yield place, str(value)
