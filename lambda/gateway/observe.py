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
UNITS = {
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
    "BudgetUsedPercent": "Percent",
    "Unsettled": "Count",
    "ModelCalls": "Count",
    "ModelFailures": "Count",
    "ModelThrottles": "Count",
    "CircuitOpen": "Count",
}
_MODELS = ("ModelCalls", "ModelFailures", "ModelThrottles", "CircuitOpen")
_BUDGETS = ("BudgetUsedPercent", "Unsettled")
# By what each metric is told apart. CloudWatch charges by the month for every metric and every set
# of values that was written, so a metric has the sets that an alarm or the dashboard reads.
DIMENSIONS = (
    (
        tuple(name for name in UNITS if name not in (*_MODELS, *_BUDGETS)),
        (
            ("environment",),
            ("environment", "alias"),
            ("environment", "tenant"),
            ("environment", "tenant", "alias"),
        ),
    ),
    (_BUDGETS, (("environment",), ("environment", "tenant"))),
    (_MODELS, (("environment",), ("environment", "model"))),
    (
        ("Latency", "TimeToFirstToken", "InputTokens", "OutputTokens", "CostMicroUsd"),
        (("environment", "model"),),
    ),
)
_NAMES = ("environment", "alias", "tenant", "model")
# What a route knows, and the metric that it is.
_METRICS = {
    "time_to_first_token_ms": "TimeToFirstToken",
    "gen_ai.usage.input_tokens": "InputTokens",
    "gen_ai.usage.output_tokens": "OutputTokens",
    "cost_micro_usd": "CostMicroUsd",
    "budget_used_percent": "BudgetUsedPercent",
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


def counted(request_id: str, event: str, *metrics: str, environment: str, **facts: object) -> None:
    """Something that happened on the way and that an alarm watches: one of each of the metrics."""
    line = {"request_id": request_id, "event": event, "environment": environment, **facts}
    _write(line, dict.fromkeys(metrics, 1))


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
    }
    if model := facts.get("gen_ai.response.model"):
        line["model"] = model
        metrics |= _of_model(outcome)
    _write(line, metrics)


def _of_model(outcome: str) -> dict[str, float]:
    """A stream that broke off is its model's failure; before its first word an attempt was."""
    failed = outcome in ("server_error", "throttled")
    return {"ModelCalls": 1, **({"ModelFailures": 1} if failed else {})}


def _write(line: Mapping[str, object], metrics: Mapping[str, float]) -> None:
    known = tuple(name for name in _NAMES if name in line)
    directives = _directives(tuple(metrics), known)
    embedded = f'{{"Timestamp": {round(time.time() * 1000)}, "CloudWatchMetrics": {directives}}}'
    print(f'{{"_aws": {embedded}, {json.dumps({**line, **metrics})[1:]}', flush=True)


def _outcome(status: int, code: str | None) -> str:
    if status < 400:
        return "ok"
    if code == "insufficient_quota":
        return "over_budget"
    if status == 429:
        return "throttled"
    return "client_error" if status < 500 else "server_error"


@functools.lru_cache(maxsize=64)
def _directives(metrics: tuple[str, ...], known: tuple[str, ...]) -> str:
    """What CloudWatch makes of a line: few kinds of line, and the same for each of a kind."""
    found = []
    for names, sets in DIMENSIONS:
        units = [{"Name": name, "Unit": UNITS[name]} for name in metrics if name in names]
        dimensions = [each for each in sets if {*each} <= {*known}]
        if units and dimensions:
            found.append({"Namespace": NAMESPACE, "Dimensions": dimensions, "Metrics": units})
    return json.dumps(found)
