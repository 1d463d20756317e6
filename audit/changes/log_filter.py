"""What counts in logs, or forwards them, and lets more of them go by."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change

COUNTS, FORWARDS = "AWS::Logs::MetricFilter", "AWS::Logs::SubscriptionFilter"
SETTINGS = {
    "FilterPattern": "it matches other lines than before",
    "FilterCriteria": "it matches other lines than before",
    "MetricTransformations": "it counts something else, or under another name",
    "LogGroupName": "it looks at another log",
}


@on_change(
    "log-filter",
    category="observability",
    on=(COUNTS, FORWARDS),
    fix="keep the pattern, or say what looks at the lines that it lets go by now",
)
def filters_see_what_they_saw(change: Change) -> Iterator[Hazard]:
    """What counts in a log, or forwards it, still sees what it saw."""
    if not change.before or not change.after:
        return
    for name, why in SETTINGS.items():
        was, now = change.was(name), change.now(name)
        if now and was != now:
            yield Hazard("medium", {name: was}, {name: now}, why)
