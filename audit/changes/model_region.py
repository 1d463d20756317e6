"""In which region an application asks its models, where that is a setting of its own."""

import re
from collections.abc import Iterator

from audit.calls import callers
from audit.change import Change, Comparison, Hazard, on_environment
from audit.leaves import leaves
from audit.words import names_of, words_of

REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d")
OF_MODELS = set("bedrock model models inference llm litellm runtime converse fallback".split())


@on_environment(
    "model-region",
    category="models",
    fix="keep the region inside the residency that was agreed",
)
def models_are_asked_where_they_were(compared: Comparison) -> Iterator[Hazard]:
    """No setting sends what models are asked to a region that it did not name."""
    calling = {each.name for each in callers(compared.head)}
    for change in compared.changes:
        if change.before and change.after:
            yield from _moved(change, change.after.name in calling)


def _moved(change: Change, calls: bool) -> Iterator[Hazard]:
    before = dict(leaves(change.before))
    for place, now in leaves(change.after):
        was, new = (set(REGION.findall(each)) for each in (before.get(place, ""), now))
        if was and new - was and _is_of_models(place, calls):
            abroad = {each[:2] for each in new} - {each[:2] for each in was}
            why = "what models are asked goes to a region that was not named"
            yield Hazard(
                "high" if abroad else "medium",
                {place: sorted(was)},
                {place: sorted(new)},
                why,
                subject=change.resource,
            )


def _is_of_models(place: str, calls: bool) -> bool:
    """`BEDROCK_REGION`, `models.claude.region`; of what calls models, its region at all."""
    names = names_of(place)
    own, around = words_of(names[-1:]), words_of(names)
    said = bool(own & {"region", "regions"})
    return said and (
        bool(around & OF_MODELS) or (calls and own <= {"aws", "region", "regions", "default"})
    )
