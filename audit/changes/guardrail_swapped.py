"""Callers of models that go through another guardrail."""

import re
from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.changes.guardrail_detached import NAMES_ONE
from audit.lattice import weaker
from audit.leaves import GUARDRAIL, VERSION, leaves
from audit.view import Resource

ID = re.compile(r"^arn:[^:]*:bedrock:[^:]*:[^:]*:guardrail/")
OF_VERSION = re.compile(r"(?<=[a-z0-9}]):(\d+|DRAFT)$")


@on_change(
    "guardrail-swapped",
    category="guardrails",
    fix="change the guardrail in its place, or let model governance approve the other one",
)
def callers_keep_to_their_guardrail(change: Change) -> Iterator[Hazard]:
    """What called models through one guardrail goes through none that stops less, or is unknown."""
    if not change.before or not change.after or change.after.type in (GUARDRAIL, VERSION):
        return
    after = dict(leaves(change.after))
    for place, was in leaves(change.before):
        now = after.get(place)
        if not was or not now or not NAMES_ONE.search(place) or _id(was) == _id(now):
            continue
        old, new = change.base.referred(was), change.head.referred(now)
        if old and new and (old.name == new.name or not _stops_less(old, new)):
            continue
        why = "another guardrail checks its calls, and it stops less"
        if not old or not new:
            why = "another guardrail checks its calls; these templates do not tell what it stops"
        yield Hazard("high", {place: was}, {place: now}, why)


def _stops_less(old: Resource, new: Resource) -> bool:
    return any(weaker(old.properties, new.properties))


def _id(text: str) -> str:
    return OF_VERSION.sub("", ID.sub("", text))
