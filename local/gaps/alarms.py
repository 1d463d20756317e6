"""Closes gap 1 of local-cloud.md for CloudWatch: alarms over formulas, and composite alarms.

MiniStack refuses `Metrics` in a template's alarm, and judges a metric whatever its dimensions are,
over all periods at once. Here each period is judged, missing ones as `TreatMissingData` says.
Approximate: periods end now and not at a full minute; of an alarm over a Metrics Insights query
nothing is judged.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import cloudwatch
from ministack.services.cloudformation import provisioners

from local.gaps.metric_math import Value, evaluate

Properties = Mapping[str, Any]
Provisioned = tuple[str, dict[str, Any]]
_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}


def close() -> None:
    """Keep an alarm's formula, judge by it, and register the composite alarm."""
    record = provisioners._cw_metric_alarm_record
    provisioners._cw_metric_alarm_record = lambda name, properties: _recorded(
        record, name, properties
    )
    cloudwatch._evaluate_alarm = _judge
    provisioners._RESOURCE_HANDLERS["AWS::CloudWatch::CompositeAlarm"] = {
        "create": lambda _, properties, __: _put(properties),
        "update": lambda _, __, properties, ___: _put(properties),
        "delete": lambda name, _: _delete(name),
    }
    provisioners._REPLACING_PROPERTIES["AWS::CloudWatch::CompositeAlarm"] = ("AlarmName",)


def _recorded(
    record: Callable[..., dict[str, Any]], name: str, properties: Properties
) -> dict[str, Any]:
    queries = properties.get("Metrics")
    if not queries:
        return record(name, properties)
    plain = {key: value for key, value in properties.items() if key != "Metrics"}
    made = record(name, {**plain, "MetricName": "(formula)", "Namespace": "(formula)"})
    period = next((q["MetricStat"]["Period"] for q in queries if "MetricStat" in q), 60)
    made["Period"] = int(period)
    made["Metrics"] = queries
    del made["MetricName"], made["Namespace"]
    return made


def _judge(alarm: dict[str, Any]) -> None:
    """Move the alarm to the state that its last periods give it."""
    state = _state(alarm, [_value(alarm, age) for age in range(alarm["EvaluationPeriods"])])
    before = alarm["StateValue"]
    if state == before:
        return
    reason = f"{alarm['EvaluationPeriods']} periods were judged: {state}"
    alarm.update(StateValue=state, StateReason=reason, StateUpdatedTimestamp=int(time.time()))
    cloudwatch._record_history(alarm["AlarmName"], before, state, reason)
    cloudwatch._dispatch_alarm_actions(alarm, before, state, reason)
    cloudwatch._evaluate_parent_alarms(alarm)


def _state(alarm: Mapping[str, Any], values: list[Value]) -> str:
    before: str = alarm["StateValue"]
    missing = alarm.get("TreatMissingData", "missing")
    if all(value is None for value in values) and missing in ("missing", "ignore"):
        return "INSUFFICIENT_DATA" if missing == "missing" else before
    exceeds = _COMPARISONS[alarm["ComparisonOperator"]]
    bad = sum(
        missing == "breaching" if value is None else exceeds(value, alarm["Threshold"])
        for value in values
    )
    needed = alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"]
    return "ALARM" if bad >= needed else "OK"


def _value(alarm: Mapping[str, Any], age: int) -> Value:
    """What the alarm measured `age` periods ago."""
    if not alarm.get("Metrics"):
        statistic = alarm.get("ExtendedStatistic") or alarm["Statistic"]
        return _measured(alarm, alarm["Period"], statistic, age)
    values: dict[str, Value] = {}
    for query in alarm["Metrics"]:
        if stat := query.get("MetricStat"):
            period = int(stat["Period"])
            values[query["Id"]] = _measured(stat["Metric"], period, stat["Stat"], age)
    (judged,) = (q for q in alarm["Metrics"] if str(q.get("ReturnData", True)).lower() == "true")
    formula = judged.get("Expression")
    if formula and formula.startswith("SELECT"):
        return None
    return evaluate(formula, values) if formula else values[judged["Id"]]


def _measured(metric: Mapping[str, Any], period: int, statistic: str, age: int) -> Value:
    wanted = cloudwatch._dims_key(cloudwatch._dims_from_list(metric.get("Dimensions") or []))
    points = cloudwatch._metrics.get((metric["Namespace"], metric["MetricName"], wanted)) or []
    end = time.time() - age * period
    # A point without a fraction of a second may be of the second that is running.
    within = [p for p in points if end - period < p["Timestamp"] <= end + 1]
    stats = cloudwatch._calc_stats(within)
    if not stats:
        return None
    value: Value = cloudwatch._stat_value(stats, statistic, within)
    return value


def _put(properties: Properties) -> Provisioned:
    name = properties["AlarmName"]
    status, _, body = cloudwatch._put_composite_alarm({}, dict(properties), False, is_json=True)
    if status >= 400:
        raise ValueError(f"AWS::CloudWatch::CompositeAlarm {name}: {body!r}")
    return name, {"Arn": cloudwatch._composite_alarms[name]["AlarmArn"]}


def _delete(name: str) -> None:
    cloudwatch._composite_alarms.pop(name, None)
