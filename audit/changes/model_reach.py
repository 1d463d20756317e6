"""From where models may answer: regions, and profiles across them."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from audit.change import Comparison, Hazard, on_environment
from audit.mentions import mentions


@on_environment(
    "model-reach",
    category="models",
    fix="keep the profile and the regions inside the residency that was agreed",
)
def models_answer_from_where_they_did(compared: Comparison) -> Iterator[Hazard]:
    """No model may answer from a region, or under a profile, from which it did not before; a new
    one from none from which no other did."""
    before, after = mentions(compared.base), mentions(compared.head)
    reaches: dict[str, set[str]] = {}
    for mention in before:
        reaches.setdefault(mention.model, set()).add(mention.reach)
    any_model = {mention.reach for mention in before} - {""}
    for mention, holders in after.items():
        known = reaches.get(mention.model, any_model)
        if wider := _wider(mention.reach, known):
            was = sorted(filter(None, known)) or "its own region"
            yield Hazard("high", was, mention.reach, wider, subject=holders[0])


def _wider(reach: str, known: set[str]) -> str | None:
    """Why a reach is wider than those known; None if it lies within them, or nothing is known."""
    if not known or not reach or reach in known:
        return None
    return _of_profile(reach, known) if reach.endswith(".") else _of_region(reach, known)


def _of_profile(reach: str, known: set[str]) -> str | None:
    """What policies allow in any region says nothing of the profiles that are asked for."""
    asked = {each for each in known if "*" not in each}
    if not asked or "global." in asked:
        return None
    if reach == "global.":
        return "it may answer from anywhere in the world"
    return f"it may answer from any region of {reach[:-1]}"


def _of_region(reach: str, known: set[str]) -> str | None:
    if "*" in known or "global." in known:
        return None
    if reach == "*":
        return "it may answer from any region"
    regions = {each for each in known if each and not each.endswith(".")}
    if not regions or any(fnmatchcase(reach, each) for each in regions):
        return None
    return "it may answer from a region that was not allowed"
