"""Images that a registry deletes by itself."""

import json
from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.iam.documents import parsed
from audit.template import Json

TEXT = "LifecyclePolicy.LifecyclePolicyText"


@on_change(
    "images-expire",
    category="data",
    on="AWS::ECR::Repository",
    fix="keep as many images, for as long, as a rollback may need",
)
def images_live_as_long(change: Change) -> Iterator[Hazard]:
    """Images of a repository are not deleted sooner than before."""
    if not change.before or not change.after:
        return
    before, after = (_rules(side(TEXT)) for side in (change.was, change.now))
    for selected, now in after.items():
        was = before.get(selected)
        if was is None or now < was:
            untagged = '"untagged"' in selected
            why = f"images are deleted sooner: {selected}"
            yield Hazard("low" if untagged else "medium", was, now, why)


def _rules(policy: Json) -> dict[str, float]:
    """How many images, or days, are kept of those that a rule selects."""
    found: dict[str, float] = {}
    for rule in (parsed(policy) or {}).get("rules", []):
        selection = dict(rule.get("selection", {}))
        count = float(selection.pop("countNumber", 0))
        found[json.dumps(selection, sort_keys=True)] = count
    return found
