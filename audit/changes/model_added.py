"""Models that are new to an environment."""

from collections.abc import Iterator

from audit.change import Comparison, Hazard, on_environment
from audit.mentions import ANY_MODEL, mentions
from audit.models import by_model


@on_environment(
    "model-added",
    category="models",
    fix="let model governance review the model, its terms and its price",
)
def models_are_reviewed(compared: Comparison) -> Iterator[Hazard]:
    """No model answers that did not before."""
    before, after = mentions(compared.base), mentions(compared.head)
    known = {each.model for each in before}
    for model, holders in by_model(after).items():
        if model not in known:
            severity = "high" if model == ANY_MODEL or "*" in model else "medium"
            why = (
                "any model may be called"
                if severity == "high"
                else "a model that nobody reviewed here may answer"
            )
            yield Hazard(severity, None, model, why, subject=holders[0])
