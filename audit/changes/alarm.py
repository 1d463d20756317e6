"""Alarms that ring later than they did."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change

ALARM = "AWS::CloudWatch::Alarm"


@on_change(
    "alarm-deaf",
    category="observability",
    on=ALARM,
    fix="keep the threshold, or say what measurement the new one comes from",
)
def alarms_ring_as_soon(change: Change) -> Iterator[Hazard]:
    """An alarm still rings at what it rang at."""
    if not change.before or not change.after:
        return
    try:
        was, now = float(change.was("Threshold")), float(change.now("Threshold"))
    except (TypeError, ValueError):
        return
    operator = str(change.now("ComparisonOperator"))
    later = now > was if operator.startswith("Greater") else now < was
    if (later and not operator.startswith("LessThanLower")) or (_upper(operator) and now > was):
        yield Hazard("medium", {"Threshold": was}, {"Threshold": now}, "it rings later, or never")
    if change.was("MetricName") != change.now("MetricName") or change.was(
        "Namespace"
    ) != change.now("Namespace"):
        yield Hazard(
            "medium",
            change.was("MetricName"),
            change.now("MetricName"),
            "it watches something else",
        )


def _upper(operator: str) -> bool:
    return operator.startswith("GreaterThanUpper")
