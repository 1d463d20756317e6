"""How long something is kept, whatever the property is called."""

import re
from collections.abc import Iterator, Mapping

from audit.change import Change, Hazard, on_change
from audit.settings import settings_of
from audit.template import Json

NAMES = re.compile(r"reten|retain|deleteafter|expireafter|keepfor", re.I)
# Which entry of a list: settings name it by a key, places by its number.
ENTRY = re.compile(r"\[[^\]]*\]")


@on_change("retention-shortened", category="data", fix="keep it as long as before")
def what_is_kept_is_kept_as_long(change: Change) -> Iterator[Hazard]:
    """No number of days, hours or copies that says how long something is kept gets lower."""
    if not change.before or not change.after:
        return
    told = {ENTRY.sub("", each.path) for each in settings_of(change.resource.type)}
    before, after = (
        dict(_numbers(change.before.properties)),
        dict(_numbers(change.after.properties)),
    )
    for place in sorted({*before} & {*after}):
        if after[place] < before[place] and ENTRY.sub("", place) not in told:
            was, now = ({place: each[place]} for each in (before, after))
            yield Hazard("medium", was, now, "what it keeps is deleted sooner")


def _numbers(value: Json, place: str = "", inside: bool = False) -> Iterator[tuple[str, float]]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            here = f"{place}.{name}".lstrip(".")
            yield from _numbers(each, here, inside or bool(NAMES.search(str(name))))
    elif isinstance(value, list):
        for i, each in enumerate(value):
            yield from _numbers(each, f"{place}[{i}]", inside)
    elif inside and not isinstance(value, bool):
        try:
            yield place, float(value)
        except (TypeError, ValueError):
            return
