"""Which models one resource names, and where in it."""

import re
from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.leaves import leaves
from audit.mentions import named, named_in
from audit.view import Resource

INDEX = re.compile(r"\.\d+(?=\.|$)")


@on_change(
    "model-changed",
    category="models",
    fix="let model governance approve the other model for this use",
)
def uses_keep_their_models(change: Change) -> Iterator[Hazard]:
    """What names models names the same ones as before, and in the same places."""
    if not change.before or not change.after or change.resource.type.startswith("AWS::IAM::"):
        return
    was, now = named(change.before), named(change.after)
    if was and was != now:
        yield Hazard("medium", sorted(was), sorted(now), "another model answers here")
        return
    before, after = _by_place(change.before), _by_place(change.after)
    for place in sorted({*before} & {*after}):
        if before[place] != after[place]:
            yield Hazard(
                "medium",
                {place: before[place]},
                {place: after[place]},
                "another model answers here",
            )


def _by_place(resource: Resource) -> dict[str, list[str]]:
    """Models by the setting that names them; the order of a list is judged by another rule."""
    found: dict[str, list[str]] = {}
    for place, text in leaves(resource):
        if models := named_in(resource, text):
            found.setdefault(INDEX.sub("", place), []).extend(models)
    return {place: sorted(models) for place, models in found.items()}
