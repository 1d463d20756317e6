"""Every setting that `audit/data/settings/` knows the direction of."""

from collections.abc import Iterator, Mapping

from audit.calls import concerns
from audit.change import Change, Hazard, on_change
from audit.finding import SEVERITIES
from audit.settings import Setting, settings_of
from audit.template import Json

# Where, before, after.
Place = tuple[str, Json, Json]


@on_change("setting-weakened", category="data", fix="keep the stronger value")
def no_setting_is_weakened(change: Change) -> Iterator[Hazard]:
    """What protects data, narrows exposure or records use is not turned down."""
    if not change.after:
        return
    found = [
        (setting, place)
        for setting in settings_of(change.resource.type)
        if change.before or setting.new
        for place in setting.weakened(change)
    ]
    gone = {
        place: setting.severity for setting, (place, _, now) in found if change.before and not now
    }
    told: dict[tuple[str, ...], tuple[Setting, list[Place]]] = {}
    for setting, place in found:
        if not _is_gone_with_more(place[0], setting.severity, gone):
            told.setdefault(setting.sentence, (setting, []))[1].append(place)
    for setting, places in told.values():
        category = concerns(setting.category, change.after, change.base, change.head)
        yield _hazard(setting, places, category)


def _is_gone_with_more(place: str, severity: str, gone: Mapping[str, str]) -> bool:
    """Is all that it is a part of told already, as no less grave?"""
    return any(
        place.startswith((f"{each}.", f"{each}["))
        and SEVERITIES.index(gone[each]) <= SEVERITIES.index(severity)
        for each in gone
    )


def _hazard(setting: Setting, places: list[Place], category: str) -> Hazard:
    """One of all places of which the same is said."""
    before = {place: was for place, was, _ in places if was is not None}
    after = {place: "(default)" if now is None else now for place, _, now in places}
    return Hazard(
        setting.severity,
        before or None,
        after if any(now is not None for _, _, now in places) else "(default)",
        setting.why,
        setting.fix,
        category=category,
        rule=setting.rule,
    )
