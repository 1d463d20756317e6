"""Which models answer, from where, and until when."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from audit.change import Change, Comparison, Hazard, on_change, on_environment
from audit.mentions import ANY_MODEL, Mention, lists, mentions, named
from audit.view import Resource, View

FILE = Path(__file__).parents[1] / "data" / "model_lifecycle.toml"
SOON = timedelta(days=90)
ROUTER = "AWS::Bedrock::IntelligentPromptRouter"


@on_environment(
    "model-added",
    category="models",
    fix="let model governance review the model, its terms and its price",
)
def models_are_reviewed(compared: Comparison) -> Iterator[Hazard]:
    """No model answers that did not before."""
    before, after = mentions(compared.base), mentions(compared.head)
    known = {each.model for each in before}
    for model, holders in _by_model(after).items():
        if model not in known:
            severity = "high" if model == ANY_MODEL or "*" in model else "medium"
            why = (
                "any model may be called"
                if severity == "high"
                else "a model that nobody reviewed here may answer"
            )
            yield Hazard(severity, None, model, why, subject=holders[0])


@on_environment(
    "model-removed",
    category="models",
    fix="move its callers first, and keep it until nobody names it",
)
def models_stay(compared: Comparison) -> Iterator[Hazard]:
    """No model that callers may name is taken away."""
    before, after = mentions(compared.base), mentions(compared.head)
    known = {each.model for each in after}
    for model, holders in _by_model(before).items():
        if model not in known:
            why = "whoever still names it gets an error"
            yield Hazard("medium", model, None, why, subject=_living(holders, compared.head))


@on_change(
    "model-changed",
    category="models",
    fix="let model governance approve the other model for this use",
)
def uses_keep_their_models(change: Change) -> Iterator[Hazard]:
    """What names models names the same ones as before."""
    if not change.before or not change.after or change.resource.type.startswith("AWS::IAM::"):
        return
    was, now = named(change.before), named(change.after)
    if was and was != now:
        yield Hazard("medium", sorted(was), sorted(now), "another model answers here")


@on_environment(
    "model-reach",
    category="models",
    fix="keep the profile and the regions inside the residency that was agreed",
)
def models_answer_from_where_they_did(compared: Comparison) -> Iterator[Hazard]:
    """No model may answer from a region, or under a profile, from which it did not before."""
    before, after = mentions(compared.base), mentions(compared.head)
    reaches: dict[str, set[str]] = {}
    for mention in before:
        reaches.setdefault(mention.model, set()).add(mention.reach)
    for mention, holders in after.items():
        known = reaches.get(mention.model, set())
        if wider := _wider(mention.reach, known):
            was = sorted(filter(None, known)) or "its own region"
            yield Hazard("high", was, mention.reach, wider, subject=holders[0])


@on_environment("model-end-of-life", category="models", fix="choose a model that lives longer")
def models_have_a_future(compared: Comparison) -> Iterator[Hazard]:
    """No model is taken on that is withdrawn, or is about to be."""
    known = {each.model for each in mentions(compared.base)}
    for model, holders in _by_model(mentions(compared.head)).items():
        end = _ends().get(model)
        if model not in known and end and end <= compared.today + SOON:
            gone = end <= compared.today
            why = f"it {'was' if gone else 'will be'} withdrawn on {end}"
            yield Hazard("high" if gone else "medium", None, model, why, subject=holders[0])


@on_change(
    "model-order",
    category="models",
    fix="keep the order, or say why the other model should answer first",
)
def fallbacks_keep_their_order(change: Change) -> Iterator[Hazard]:
    """Models are asked in the order in which they were."""
    if not change.before or not change.after or change.resource.type.startswith("AWS::IAM::"):
        return
    before = dict(lists(change.before.properties))
    for place, models in lists(change.after.properties):
        was = before.get(place, models)
        if was != models and sorted(was) == sorted(models) and "Statement" not in place:
            yield Hazard("medium", was, models, "another model answers first")
    if change.resource.type == ROUTER and change.was("FallbackModel") != change.now(
        "FallbackModel"
    ):
        yield Hazard(
            "medium",
            change.was("FallbackModel"),
            change.now("FallbackModel"),
            "another model answers when none is chosen",
        )


def _by_model(found: Mapping[Mention, list[Resource]]) -> dict[str, list[Resource]]:
    models: dict[str, list[Resource]] = {}
    for mention, holders in found.items():
        models.setdefault(mention.model, []).extend(holders)
    return models


def _living(holders: Iterable[Resource], head: View) -> Resource:
    holders = list(holders)
    return next((each for each in holders if each.name in head.resources), holders[0])


def _wider(reach: str, known: set[str]) -> str | None:
    """Why a reach is wider than those known; None if it lies within them, or nothing is known."""
    if not known or not reach or reach in known or "*" in known:
        return None
    if reach == "global.":
        return "it may answer from anywhere in the world"
    if reach == "*":
        return "it may answer from any region" if not {"global."} & known else None
    if reach.endswith("."):
        return f"it may answer from any region of {reach[:-1]}" if "global." not in known else None
    regions = {each for each in known if each and not each.endswith(".")}
    if "global." in known or not regions:
        return None
    return "it may answer from a region that was not allowed"


@cache
def _ends() -> dict[str, date]:
    ends: dict[str, date] = tomllib.loads(FILE.read_text(encoding="utf-8"))["end_of_life"]
    return ends
