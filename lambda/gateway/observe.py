"""What the log says: one JSON line a request, from which CloudWatch makes the metrics as well.

Never a body, a header or an upstream's own words. Names are OpenTelemetry's for generative AI where
it has one; the metrics are in CloudWatch's embedded metric format:
https://opentelemetry.io/docs/specs/semconv/gen-ai/
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import functools
import json
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

NAMESPACE = "Strata"
_DIMENSIONS = (
    ("environment",),
    ("environment", "alias"),
    ("environment", "tenant"),
    ("environment", "tenant", "alias"),
)
_UNITS = {
    "Requests": "Count",
    "Latency": "Milliseconds",
    "TimeToFirstToken": "Milliseconds",
    "InputTokens": "Count",
    "OutputTokens": "Count",
    "CostMicroUsd": "None",
    "ClientErrors": "Count",
    "ServerErrors": "Count",
    "Throttles": "Count",
    "OverBudget": "Count",
    "Interventions": "Count",
    "Fallbacks": "Count",
    "Cancelled": "Count",
}
# What a route knows, and the metric that it is.
_METRICS = {
    "time_to_first_token_ms": "TimeToFirstToken",
    "gen_ai.usage.input_tokens": "InputTokens",
    "gen_ai.usage.output_tokens": "OutputTokens",
    "cost_micro_usd": "CostMicroUsd",
}
_COUNTED = {
    "blocked": "Interventions",
    "throttled": "Throttles",
    "over_budget": "OverBudget",
    "client_error": "ClientErrors",
    "server_error": "ServerErrors",
    "cancelled": "Cancelled",
}


def event(request_id: str, event: str, **facts: object) -> None:
    """Something that happened on the way."""
    print(json.dumps({"request_id": request_id, "event": event, **facts}), flush=True)


def request(request_id: str, facts: Mapping[str, Any], *, status: int, started: float) -> None:
    """The request's own line; `facts` may say `outcome`, otherwise status and error do."""
    outcome = facts.get("outcome") or _outcome(status, facts.get("error.type"))
    metrics: dict[str, float] = {
        "Requests": 1,
        "Latency": round((time.monotonic() - started) * 1000, 1),
    }
    metrics |= {name: facts[fact] for fact, name in _METRICS.items() if fact in facts}
    if outcome in _COUNTED:
        metrics[_COUNTED[outcome]] = 1
    if facts.get("fallbacks"):
        metrics["Fallbacks"] = facts["fallbacks"]
    line = {
        "request_id": request_id,
        "event": "request",
        **facts,
        "http.response.status_code": status,
        "outcome": outcome,
        **metrics,
    }
    dimensions = tuple(names for names in _DIMENSIONS if facts.keys() >= {*names})
    directive = _directive(tuple(metrics), dimensions)
    embedded = f'{{"Timestamp": {round(time.time() * 1000)}, "CloudWatchMetrics": {directive}}}'
    print(f'{{"_aws": {embedded}, {json.dumps(line)[1:]}', flush=True)


def _outcome(status: int, code: str | None) -> str:
    if status < 400:
        return "ok"
    if code == "insufficient_quota":
        return "over_budget"
    if status == 429:
        return "throttled"
    return "client_error" if status < 500 else "server_error"


@functools.lru_cache(maxsize=64)
def _directive(metrics: tuple[str, ...], dimensions: tuple[tuple[str, ...], ...]) -> str:
    """What CloudWatch makes of a line: few kinds of request, and the same for each of a kind."""
    units = [{"Name": name, "Unit": _UNITS[name]} for name in metrics]
    return json.dumps([{"Namespace": NAMESPACE, "Dimensions": dimensions, "Metrics": units}])
