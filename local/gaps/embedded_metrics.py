"""Closes a gap beyond local-cloud.md: a log line in the embedded metric format makes metrics.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
Approximate: a line that the specification refuses is skipped in part and not as a whole, and an
alarm is judged when a metric comes, not once a minute.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ministack.services import cloudwatch, cloudwatch_logs


def close() -> None:
    """Look at every line that is appended to a log."""
    append = cloudwatch_logs._append_log_events

    def append_log_events(stream: Any, events: Any) -> Any:
        appended = append(stream, events)
        if _publish(event["message"] for event in events):
            cloudwatch._evaluate_all_alarms()
        return appended

    cloudwatch_logs._append_log_events = append_log_events


def _publish(messages: Iterable[str]) -> bool:
    """Whether any of the lines had a metric in it."""
    found = [metric for message in messages for metric in _metrics(message)]
    for namespace, name, value, unit, dimensions in found:
        cloudwatch.record_metric(namespace, name, value, unit, dimensions)
    return bool(found)


def _metrics(message: str) -> Iterator[tuple[str, str, float, str, dict[str, str]]]:
    line = _object(message)
    for directive in line.get("_aws", {}).get("CloudWatchMetrics", ()):
        for names in directive["Dimensions"]:
            dimensions = {name: str(line[name]) for name in names}
            for metric in directive["Metrics"]:
                name, unit = metric["Name"], metric.get("Unit", "None")
                yield directive["Namespace"], name, float(line[name]), unit, dimensions


def _object(message: str) -> Mapping[str, Any]:
    if '"_aws"' not in message:
        return {}
    try:
        line = json.loads(message)
    except ValueError:  # a log line may be any text
        return {}
    return line if isinstance(line, dict) else {}
