"""Versions of guardrails that become DRAFT, which is whatever was last saved."""

import re
from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.leaves import GUARDRAIL, VERSION, leaves

DRAFT = re.compile(r"(?<![A-Za-z])DRAFT(?![A-Za-z])")
NAMED = re.compile(r"guardrail", re.IGNORECASE)
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
    before = dict(leaves(change.before))
    for place, now in leaves(change.after):
        was = before.get(place)
        if now == was or not DRAFT.search(now) or (was and DRAFT.search(was)):
            continue
        if NAMED.search(place + now + (was or "")) or (was and PINNED.search(was)):
            why = "the draft changes whenever the guardrail is edited, reviewed or not"
            yield Hazard(
                "high" if was else "medium", {place: was} if was else None, {place: now}, why
            )
