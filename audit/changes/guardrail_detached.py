"""Callers of models that lose their guardrail."""

import re
from collections.abc import Iterator, Mapping

from audit.change import Change, Hazard, on_change
from audit.leaves import GUARDRAIL, VERSION, leaves
from audit.mentions import MODEL

NAMES_ONE = re.compile(r"guardrail[-_./]?(id(entifier)?|arn|name)?$", re.IGNORECASE)


@on_change(
    "guardrail-detached", category="guardrails", fix="keep the guardrail on whatever calls models"
)
def callers_keep_their_guardrail(change: Change) -> Iterator[Hazard]:
    """What called models through a guardrail still does."""
    if not change.before or not change.after or change.after.type in (GUARDRAIL, VERSION):
        return
    before = {place: was for place, was in leaves(change.before) if was}
    after = {place for place, now in leaves(change.after) if now}
    lost: dict[str, str] = {}
    for place in before:
        if place not in after and NAMES_ONE.search(place):
            gone = _gone(place, after)
            if not _called_itself(gone, place, before):
                lost.setdefault(gone, place)
    for place in lost.values():
        why = "its calls of models go through no guardrail"
        yield Hazard("critical", {place: before[place]}, None, why)


def _gone(place: str, after: set[str]) -> str:
    """The widest thing around it that is gone whole."""
    names = place.split(".")
    for i in range(1, len(names)):
        around = ".".join(names[:i])
        if not any(each == around or each.startswith(f"{around}.") for each in after):
            return around
    return place


def _called_itself(gone: str, place: str, before: Mapping[str, str]) -> bool:
    """Is what called a model gone with its guardrail, such as a model of a list?"""
    if gone == place or re.search(r"guardrail", gone, re.IGNORECASE):
        return False
    holder, inside = gone.rpartition(".")[0], place.removeprefix(gone)
    others = (each for each in before if each.startswith(f"{holder}.") and each != place)
    alike = any(each.endswith(inside) for each in others if not each.startswith(f"{gone}."))
    return alike or any(
        each.startswith(f"{gone}.") and MODEL.search(text) for each, text in before.items()
    )
