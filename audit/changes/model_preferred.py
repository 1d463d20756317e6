"""Which model is asked first, by names of an application's own."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.model_names import ORDERED, lists_of_names, words_around


@on_change(
    "model-preferred",
    category="models",
    fix="keep the order, or say why the other model should answer first",
)
def names_keep_their_order(change: Change) -> Iterator[Hazard]:
    """Models are asked in the order in which they were, by whatever names."""
    for place, was, now in lists_of_names(change):
        if was != now and sorted(was) == sorted(now) and words_around(place) & ORDERED:
            yield Hazard("medium", {place: was}, {place: now}, "another model answers first")
