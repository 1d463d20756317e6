"""Which models an application lets be asked, and in which order, where it has names of its own for
them: `allowedModels`, `fallbacks`. Ids of models are compared by other rules."""

import re
from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.leaves import leaves
from audit.mentions import MODEL
from audit.view import Resource
from audit.words import in_words

INDEX = re.compile(r"\.\d+(?=\.|$)")
ORDERED = set(
    "fallback fallbacks order priority priorities preference preferences chain failover".split()
)
# What makes of a list of models one of those that may be asked.
ALLOWED = set("allowed allow permitted enabled available allowlist whitelist access".split())
MODELS = {"model", "models"}


@on_change(
    "model-allowed",
    category="models",
    fix="let model governance approve who may ask which model",
)
def nobody_may_ask_more_models(change: Change) -> Iterator[Hazard]:
    """A list of the models that somebody may ask names none that it did not name."""
    for place, was, now in _lists(change):
        new = [each for each in now if each not in was]
        if new and _is_of_models(place):
            yield Hazard("medium", {place: was}, {place: now}, "more models may be asked here")


@on_change(
    "model-preferred",
    category="models",
    fix="keep the order, or say why the other model should answer first",
)
def names_keep_their_order(change: Change) -> Iterator[Hazard]:
    """Models are asked in the order in which they were, by whatever names."""
    for place, was, now in _lists(change):
        if was != now and sorted(was) == sorted(now) and _words(place) & ORDERED:
            yield Hazard("medium", {place: was}, {place: now}, "another model answers first")


def _lists(change: Change) -> Iterator[tuple[str, list[str], list[str]]]:
    """(where, before, after) of lists of names."""
    if change.before and change.after:
        before, after = _by_place(change.before), _by_place(change.after)
        for place in sorted(before.keys() & after.keys()):
            yield place, before[place], after[place]


def _by_place(resource: Resource) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for place, text in leaves(resource):
        is_item = bool(re.search(r"\.\d+$", place))
        if (is_item or "," in text) and _words(place) & (ORDERED | MODELS):
            names = [each.strip() for each in text.split(",")]
            if not any(MODEL.search(each) for each in names):
                found.setdefault(INDEX.sub("", place) if is_item else place, []).extend(names)
    return found


def _is_of_models(place: str) -> bool:
    """`hr.allowedModels`, `hr.models`; not a list of what models are like."""
    own = set(in_words(re.split(r"[./]", place)[-1]))
    return bool(own & MODELS) and own <= MODELS | ALLOWED | {"list", "names", "aliases", "ids"}


def _words(place: str) -> set[str]:
    return {word for name in re.split(r"[./]", place)[-3:] for word in in_words(name)}
