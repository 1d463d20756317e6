"""Callers of models that lose their guardrail."""

import re
from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.leaves import GUARDRAIL, VERSION, leaves

NAMES_ONE = re.compile(r"guardrail[-_./]?(id(entifier)?|arn|name)?$", re.IGNORECASE)


@on_change(
    "guardrail-detached", category="guardrails", fix="keep the guardrail on whatever calls models"
)
def callers_keep_their_guardrail(change: Change) -> Iterator[Hazard]:
    """What called models through a guardrail still does."""
    if not change.before or not change.after or change.after.type in (GUARDRAIL, VERSION):
        return
    after = {place for place, value in leaves(change.after) if value}
    for place, was in leaves(change.before):
        if was and place not in after and NAMES_ONE.search(place):
            yield Hazard(
                "critical", {place: was}, None, "its calls of models go through no guardrail"
            )
