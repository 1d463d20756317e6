"""Models that AWS withdraws."""

import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from audit.change import Comparison, Hazard, on_environment
from audit.mentions import mentions
from audit.models import by_model

FILE = Path(__file__).parents[1] / "data" / "model_lifecycle.toml"
SOON = timedelta(days=90)


@on_environment("model-end-of-life", category="models", fix="choose a model that lives longer")
def models_have_a_future(compared: Comparison) -> Iterator[Hazard]:
    """No model is taken on that is withdrawn, or is about to be."""
    known = {each.model for each in mentions(compared.base)}
    for model, holders in by_model(mentions(compared.head)).items():
        if model not in known and model.startswith(_gone()):
            yield Hazard("high", None, model, "it was withdrawn", subject=holders[0])
        end = _ends().get(model)
        if model not in known and end and end <= compared.today + SOON:
            gone = end <= compared.today
            why = f"it {'was' if gone else 'will be'} withdrawn on {end}"
            yield Hazard("high" if gone else "medium", None, model, why, subject=holders[0])


def _ends() -> dict[str, date]:
    ends: dict[str, date] = _facts()["end_of_life"]
    return ends


def _gone() -> tuple[str, ...]:
    return tuple(_facts()["gone"]["families"])


@cache
def _facts() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
