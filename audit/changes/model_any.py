"""Lists of models that come to hold all of them."""

import re
from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.leaves import leaves

LISTED = re.compile(r"models?(_?ids?|_?list|_?allowed)?(\.\d+)?$", re.IGNORECASE)
ALL = ("*", "all", "any")


@on_change("model-any", category="models", fix="name the models that were reviewed")
def not_every_model_may_be_asked(change: Change) -> Iterator[Hazard]:
    """No setting that lists models newly lists all of them."""
    before = dict(leaves(change.before))
    for place, now in leaves(change.after):
        if (
            now.lower() in ALL
            and LISTED.search(place)
            and before.get(place) != now
            and "Enforcement" not in place
        ):
            yield Hazard("high", {place: before.get(place)}, {place: now}, "any model may be asked")
