"""Which models somebody may ask."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.model_names import MODELS, lists_of_names
from audit.words import names_of, words_of

# What makes of a list of models one of those that may be asked.
ALLOWED = set("allowed allow permitted enabled available allowlist whitelist access".split())


@on_change(
    "model-allowed",
    category="models",
    fix="let model governance approve who may ask which model",
)
def nobody_may_ask_more_models(change: Change) -> Iterator[Hazard]:
    """A list of the models that somebody may ask names none that it did not name."""
    for place, was, now in lists_of_names(change):
        new = [each for each in now if each not in was]
        if new and _is_of_models(place):
            yield Hazard("medium", {place: was}, {place: now}, "more models may be asked here")


def _is_of_models(place: str) -> bool:
    """`hr.allowedModels`, `hr.models`; not a list of what models are like."""
    own = words_of(names_of(place)[-1:])
    return bool(own & MODELS) and own <= MODELS | ALLOWED | {"list", "names", "aliases", "ids"}
