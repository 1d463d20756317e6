"""Models that AWS withdraws."""

from collections.abc import Iterator
from datetime import timedelta

from audit.change import Comparison, Hazard, on_environment
from audit.lifecycle import end_of_life, is_gone
from audit.mentions import mentions
from audit.models import by_model

SOON = timedelta(days=90)


@on_environment("model-end-of-life", category="models", fix="choose a model that lives longer")
def models_have_a_future(compared: Comparison) -> Iterator[Hazard]:
    """No model is taken on that is withdrawn, or is about to be."""
    known = {each.model for each in mentions(compared.base)}
    for model, holders in by_model(mentions(compared.head)).items():
        if model not in known and is_gone(model):
            yield Hazard("high", None, model, "it was withdrawn", subject=holders[0])
        end = end_of_life().get(model)
        if model not in known and end and end <= compared.today + SOON:
            gone = end <= compared.today
            why = f"it {'was' if gone else 'will be'} withdrawn on {end}"
            yield Hazard("high" if gone else "medium", None, model, why, subject=holders[0])
