"""Alarms that ring later than they did, or at something else."""

import re
from collections.abc import Iterator, Mapping

from audit.change import Change, Hazard, on_change
from audit.template import Json
from audit.values import number
from audit.view import Resource

ALARM = "AWS::CloudWatch::Alarm"
BAND = re.compile(r"(?<=ANOMALY_DETECTION_BAND\()\w+, *([0-9.]+)")
WATCHED = ("Namespace", "MetricName", "Dimensions", "Metrics", "Unit")
# From those that rise least with one bad value to those that rise most.
STATISTICS = ("Minimum", "Average", "Maximum", "Sum")


@on_change(
    "alarm-deaf",
    category="observability",
    on=ALARM,
    fix="keep what it rings at, or say what measurement the new value comes from",
)
def alarms_ring_as_soon(change: Change) -> Iterator[Hazard]:
    """An alarm still rings at what it rang at, and as soon."""
    before, after = change.before, change.after
    if not before or not after:
        return
    for name in WATCHED:
        if _is_tighter(before.get(name), after.get(name)):
            continue
        if _unordered(before.get(name)) != _unordered(after.get(name)):
            why = "it watches something else"
            yield Hazard("medium", {name: before.get(name)}, {name: after.get(name)}, why)
    yield from _at_another_value(before, after)
    yield from _later(before, after)


def _at_another_value(before: Resource, after: Resource) -> Iterator[Hazard]:
    old, new = (str(each.get("ComparisonOperator")) for each in (before, after))
    if _direction(old) != _direction(new):
        yield Hazard("medium", old, new, "it rings at the opposite of what it rang at")
        return
    upwards = _direction(new) != "less"
    for name, rank in (
        ("Threshold", number),
        ("ExtendedStatistic", _percentile),
        ("Statistic", _statistic),
    ):
        was, now = rank(before.get(name)), rank(after.get(name))
        if was is None or now is None or was == now:
            continue
        # A higher threshold is passed upwards by less; a higher statistic passes it by more.
        harder = (now > was) == (name == "Threshold")
        if harder == upwards:
            yield Hazard(
                "medium",
                {name: before.get(name)},
                {name: after.get(name)},
                "it rings later, or never",
            )


def _later(before: Resource, after: Resource) -> Iterator[Hazard]:
    was, now = _wait(before), _wait(after)
    if was is not None and now is not None and now > was:
        yield Hazard(
            "medium",
            f"{was:g} s of trouble",
            f"{now:g} s of trouble",
            "it rings later: trouble must last longer",
        )


def _wait(alarm: Resource) -> float | None:
    """Seconds for which what it watches must be bad before it rings."""
    period = number(alarm.get("Period"))
    metrics = alarm.get("Metrics")
    if period is None and isinstance(metrics, list):
        periods = [number(_period(each)) for each in metrics]
        period = max((each for each in periods if each is not None), default=None)
    points = alarm.get("DatapointsToAlarm") or alarm.get("EvaluationPeriods") or 1
    count = number(points)
    return None if period is None or count is None else period * count


def _period(metric: Json) -> Json:
    if not isinstance(metric, Mapping):
        return None
    stat = metric.get("MetricStat")
    return stat.get("Period") if isinstance(stat, Mapping) else metric.get("Period")


def _direction(operator: str) -> str:
    if operator.startswith("LessThanLowerOrGreater"):
        return "both"
    return "less" if operator.startswith("Less") else "greater"


def _percentile(value: Json) -> float | None:
    text = str(value)
    return number(text[1:]) if text[:1] == "p" else None


def _statistic(value: Json) -> float | None:
    return STATISTICS.index(value) if value in STATISTICS else None


def _is_tighter(before: Json, after: Json) -> bool:
    """Is nothing changed but the width of a band of what is usual, which is narrower now?"""
    was, now = (BAND.findall(str(each)) for each in (before, after))
    same = BAND.sub("", str(before)) == BAND.sub("", str(after))
    return same and was != now and all(float(n) <= float(w) for w, n in zip(was, now, strict=True))


def _unordered(value: Json) -> Json:
    """Dimensions and metrics are sets; what they are labelled changes nothing."""
    if not isinstance(value, list):
        return value
    plain = [
        {key: inner for key, inner in each.items() if key != "Label"}
        if isinstance(each, Mapping)
        else each
        for each in value
    ]
    return sorted(plain, key=str)
