"""Which models one resource names."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.mentions import named


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
