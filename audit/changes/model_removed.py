"""Models that are gone from an environment."""

from collections.abc import Iterable, Iterator

from audit.change import Comparison, Hazard, on_environment
from audit.mentions import mentions
from audit.models import by_model
from audit.view import Resource, View


@on_environment(
    "model-removed",
    category="models",
    fix="move its callers first, and keep it until nobody names it",
)
def models_stay(compared: Comparison) -> Iterator[Hazard]:
    """No model that callers may name is taken away."""
    before, after = mentions(compared.base), mentions(compared.head)
    known = {each.model for each in after}
    for model, holders in by_model(before).items():
        if model not in known:
            why = "whoever still names it gets an error"
            yield Hazard("medium", model, None, why, subject=_living(holders, compared.head))


def _living(holders: Iterable[Resource], head: View) -> Resource:
    holders = list(holders)
    return next((each for each in holders if each.name in head.resources), holders[0])
