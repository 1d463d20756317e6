"""Which model is asked first, and which when that one fails."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.mentions import lists

ROUTER = "AWS::Bedrock::IntelligentPromptRouter"


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
