"""Every setting that `audit/data/settings/` knows the direction of."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.settings import settings_of


@on_change("setting-weakened", category="data", fix="keep the stronger value")
def no_setting_is_weakened(change: Change) -> Iterator[Hazard]:
    """What protects data, narrows exposure or records use is not turned down."""
    if not change.after:
        return
    for setting in settings_of(change.resource.type):
        if change.before or setting.new:
            for place, was, now in setting.weakened(change):
                yield Hazard(
                    setting.severity,
                    {place: was} if was is not None else None,
                    {place: now} if now is not None else "(default)",
                    setting.why,
                    setting.fix,
                    category=setting.category,
                    rule=setting.rule,
                )
