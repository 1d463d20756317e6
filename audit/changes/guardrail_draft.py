"""Versions of guardrails that become DRAFT, which is whatever was last saved."""

import re
from collections.abc import Iterator, Mapping

from audit.change import Change, Hazard, on_change
from audit.changes.guardrail_detached import NAMES_ONE
from audit.leaves import GUARDRAIL, VERSION, leaves

DRAFT = re.compile(r"(?<![A-Za-z])DRAFT(?![A-Za-z])")
NAMED = re.compile(r"guardrail", re.IGNORECASE)
OF_ARN = re.compile(r"guardrail/[^:\"'\s]+:(\d+)$")
VERSION_NAMED = re.compile(r"guardrail.*version$", re.IGNORECASE)
PINNED = re.compile(r"\.Version\}|^\d+$|guardrail/[^:\"']+:\d")


@on_change(
    "guardrail-draft",
    category="guardrails",
    fix="name a version, such as the `Version` of an AWS::Bedrock::GuardrailVersion",
)
def versions_stay_pinned(change: Change) -> Iterator[Hazard]:
    """Nothing that named a version of a guardrail names its draft instead."""
    if not change.after or change.after.type in (GUARDRAIL, VERSION):
        return
    before, after = dict(leaves(change.before)), dict(leaves(change.after))
    for place, now in after.items():
        was = before.get(place)
        if now == was or not DRAFT.search(now) or (was and DRAFT.search(was)):
            continue
        if NAMED.search(place + now + (was or "")) or (was and PINNED.search(was)):
            why = "the draft changes whenever the guardrail is edited, reviewed or not"
            yield Hazard(
                "high" if was else "medium", {place: was} if was else None, {place: now}, why
            )
    for place, was in before.items():
        if _unsaid(place, was, after):
            why = "no version is the draft, which changes whenever the guardrail is edited"
            yield Hazard("high", {place: was}, {place: after.get(place, "")}, why)


def _unsaid(place: str, was: str, after: Mapping[str, str]) -> bool:
    """Is the guardrail still named, and its version not?"""
    now = after.get(place, "")
    if found := OF_ARN.search(was):
        return bool(now) and now == was[: found.start(1) - 1]
    if not VERSION_NAMED.search(place) or now or not was:
        return False
    holder = place.rpartition(".")[0]
    return any(each.rpartition(".")[0] == holder and NAMES_ONE.search(each) for each in after)
