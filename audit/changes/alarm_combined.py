"""Alarms made of others, which ring at fewer of them."""

import re
from collections.abc import Iterator

from audit.change import Change, Hazard, on_change

ALONE = re.compile(r"ALARM\s*\(\s*[\"']?([^\"')]+)[\"']?\s*\)")
NARROWER = re.compile(r"\b(AND|NOT)\b")


@on_change(
    "alarm-combined",
    category="observability",
    on="AWS::CloudWatch::CompositeAlarm",
    fix="keep every alarm that it rang at",
)
def combined_alarms_ring_at_as_many(change: Change) -> Iterator[Hazard]:
    """An alarm made of others rings at every one that it rang at."""
    was, now = str(change.was("AlarmRule")), str(change.now("AlarmRule"))
    if not change.before or not change.after or was == now:
        return
    lost = set(ALONE.findall(was)) - set(ALONE.findall(now))
    if lost or len(NARROWER.findall(now)) > len(NARROWER.findall(was)):
        yield Hazard("medium", was, now, "it rings at fewer of the alarms that it is made of")
