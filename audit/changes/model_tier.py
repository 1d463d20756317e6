"""With which service tier, or how fast, models are asked to answer."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.leaves import leaves
from audit.mentions import MODEL
from audit.words import in_words, names_of, words_of

NAMES = ({"service", "tier"}, {"performance", "latency"}, {"latency", "mode"})
# From the cheapest and slowest to the dearest.
TIERS = {
    "flex": 0,
    "default": 1,
    "standard": 1,
    "auto": 1,
    "priority": 2,
    "optimized": 2,
    "reserved": 3,
}


@on_change(
    "model-tier",
    category="models",
    fix="keep the tier, or let whoever pays for it approve the dearer one",
)
def models_are_asked_at_the_same_tier(change: Change) -> Iterator[Hazard]:
    """No model is asked at another tier than before."""
    if not change.before or not change.after:
        return
    before = dict(leaves(change.before))
    for place, now in leaves(change.after):
        was = before.get(place, "default")
        if was != now and _is_tier(place, before) and {was.lower(), now.lower()} <= TIERS.keys():
            dearer = TIERS[now.lower()] > TIERS[was.lower()]
            why = "each answer costs more" if dearer else "answers may come later, or be refused"
            if TIERS[now.lower()] != TIERS[was.lower()]:
                yield Hazard("medium" if dearer else "low", {place: was}, {place: now}, why)


def _is_tier(place: str, before: dict[str, str]) -> bool:
    """By its name or, called `tier` alone, by the model beside it."""
    names = names_of(place)
    words = words_of(names[-2:])
    if any(each <= words for each in NAMES):
        return True
    holder = place.rpartition(".")[0]
    beside = (text for each, text in before.items() if each.rpartition(".")[0] == holder)
    return in_words(names[-1]) == ["tier"] and any(map(MODEL.search, beside))
