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


def _wider(reach: str, known: set[str]) -> str | None:
    """Why a reach is wider than those known; None if it lies within them, or nothing is known."""
    if not known or not reach or reach in known or "*" in known:
        return None
    if reach == "global.":
        return "it may answer from anywhere in the world"
    if reach == "*":
        return "it may answer from any region" if not {"global."} & known else None
    if any("*" in each and fnmatchcase(reach, each) for each in known):
        return None
    if reach.endswith("."):
        return f"it may answer from any region of {reach[:-1]}" if "global." not in known else None
    regions = {each for each in known if each and not each.endswith(".")}
    if "global." in known or not regions:
        return None
    return "it may answer from a region that was not allowed"
