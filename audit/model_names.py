"""Lists of models by names of an application's own: `allowedModels`, `fallbacks`. Ids of models are
compared by other rules."""

import re
from collections.abc import Iterator

from audit.change import Change
from audit.leaves import leaves
from audit.mentions import MODEL
from audit.view import Resource
from audit.words import names_of, words_of

INDEX = re.compile(r"\.\d+(?=\.|$)")
ORDERED = set(
    "fallback fallbacks order priority priorities preference preferences chain failover".split()
)
MODELS = {"model", "models"}


def lists_of_names(change: Change) -> Iterator[tuple[str, list[str], list[str]]]:
    """(where, before, after) of lists of names."""
    if change.before and change.after:
        before, after = _by_place(change.before), _by_place(change.after)
        for place in sorted(before.keys() & after.keys()):
            yield place, before[place], after[place]


def _by_place(resource: Resource) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for place, text in leaves(resource):
        is_item = bool(re.search(r"\.\d+$", place))
        if (is_item or "," in text) and words_around(place) & (ORDERED | MODELS):
            names = [each.strip() for each in text.split(",")]
            if not any(MODEL.search(each) for each in names):
                found.setdefault(INDEX.sub("", place) if is_item else place, []).extend(names)
    return found


def words_around(place: str) -> set[str]:
    return words_of(names_of(place)[-3:])
