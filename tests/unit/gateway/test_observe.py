"""The one line that a request leaves in the log, from which CloudWatch makes the metrics."""

import json
import time

import pytest

from gateway import observe

FACTS = {
    "environment": "dev",
    "route": "/v1/chat/completions",
    "tenant": "demo",
    "alias": "chat-default",
    "gen_ai.usage.input_tokens": 10,
    "gen_ai.usage.output_tokens": 5,
    "cost_micro_usd": 84,
    "time_to_first_token_ms": 12.5,
}


def line(capsys, status: int = 200, **facts: object) -> dict:
    observe.request("r1", {**FACTS, **facts}, status=status, started=time.monotonic())
    written: dict = json.loads(capsys.readouterr().out)
    return written


def test_is_one_json_object_with_what_the_request_was(capsys):
    told = line(capsys)
    assert told["request_id"] == "r1"
    assert told["outcome"] == "ok"
    assert told["http.response.status_code"] == 200
    assert (told["tenant"], told["alias"], told["cost_micro_usd"]) == ("demo", "chat-default", 84)


def test_every_metric_that_is_declared_has_a_number_beside_it(capsys):
    told = line(capsys, fallbacks=1)
    declared = told["_aws"]["CloudWatchMetrics"][0]["Metrics"]
    assert {metric["Name"] for metric in declared} == {
        "Requests",
        "Latency",
        "TimeToFirstToken",
        "InputTokens",
        "OutputTokens",
        "CostMicroUsd",
        "Fallbacks",
    }
    assert all(isinstance(told[metric["Name"]], int | float) for metric in declared)


def test_the_dimensions_are_fields_of_the_line(capsys):
    told = line(capsys)
    dimensions = told["_aws"]["CloudWatchMetrics"][0]["Dimensions"]
    assert ["environment", "tenant", "alias"] in dimensions
    assert all(name in told for names in dimensions for name in names)


def test_a_request_without_an_alias_has_no_such_dimension(capsys):
    observe.request("r1", {"environment": "dev"}, status=404, started=time.monotonic())
    told = json.loads(capsys.readouterr().out)
    assert told["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["environment"]]


OUTCOMES = {
    (200, None): ("ok", None),
    (400, "invalid_value"): ("client_error", "ClientErrors"),
    (429, "rate_limit_exceeded"): ("throttled", "Throttles"),
    (429, "insufficient_quota"): ("over_budget", "OverBudget"),
    (502, "bad_gateway"): ("server_error", "ServerErrors"),
}


@pytest.mark.parametrize("status_and_code", OUTCOMES, ids=str)
def test_the_outcome_goes_by_status_and_error(capsys, status_and_code):
    status, code = status_and_code
    told = line(capsys, status, **{"error.type": code} if code else {})
    outcome, metric = OUTCOMES[status_and_code]
    assert told["outcome"] == outcome
    assert metric is None or told[metric] == 1


def test_what_a_route_says_of_the_outcome_counts(capsys):
    told = line(capsys, outcome="blocked")
    assert (told["outcome"], told["Interventions"]) == ("blocked", 1)
