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


def declared(told: dict, *dimensions: str) -> set[str]:
    """The metrics that CloudWatch makes of a line, or those of one set of dimensions."""
    return {
        metric["Name"]
        for directive in told["_aws"]["CloudWatchMetrics"]
        if not dimensions or list(dimensions) in directive["Dimensions"]
        for metric in directive["Metrics"]
    }


def test_is_one_json_object_with_what_the_request_was(capsys):
    told = line(capsys)
    assert told["request_id"] == "r1"
    assert told["outcome"] == "ok"
    assert told["http.response.status_code"] == 200
    assert (told["tenant"], told["alias"], told["cost_micro_usd"]) == ("demo", "chat-default", 84)


def test_every_metric_that_is_declared_has_a_number_beside_it(capsys):
    told = line(capsys, fallbacks=1)
    assert declared(told) == {
        "Requests",
        "Latency",
        "TimeToFirstToken",
        "InputTokens",
        "OutputTokens",
        "CostMicroUsd",
        "Fallbacks",
    }
    assert all(isinstance(told[name], int | float) for name in declared(told))


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


def test_an_answer_counts_for_its_model_too(capsys):
    told = line(capsys, **{"gen_ai.response.model": "us.amazon.nova-lite-v1:0"})
    assert told["model"] == "us.amazon.nova-lite-v1:0"
    assert declared(told, "environment", "model") == {
        "ModelCalls",
        "Latency",
        "TimeToFirstToken",
        "InputTokens",
        "OutputTokens",
        "CostMicroUsd",
    }


def test_a_stream_that_broke_off_is_its_models_failure(capsys):
    told = line(capsys, outcome="server_error", **{"gen_ai.response.model": "m"})
    assert (told["ModelCalls"], told["ModelFailures"]) == (1, 1)


def test_a_tenants_use_of_its_budget_is_told_apart_by_tenant_alone(capsys):
    told = line(capsys, budget_used_percent=81.5)
    assert told["BudgetUsedPercent"] == 81.5
    assert declared(told, "environment", "tenant") >= {"BudgetUsedPercent"}
    assert "BudgetUsedPercent" not in declared(told, "environment", "alias")


def test_what_happens_on_the_way_can_be_counted(capsys):
    observe.counted("r1", "open", "CircuitOpen", environment="dev", model="m")
    told = json.loads(capsys.readouterr().out)
    assert (told["event"], told["CircuitOpen"]) == ("open", 1)
    assert told["_aws"]["CloudWatchMetrics"] == [
        {
            "Namespace": "Strata",
            "Dimensions": [["environment"], ["environment", "model"]],
            "Metrics": [{"Name": "CircuitOpen", "Unit": "Count"}],
        }
    ]


def test_no_metric_stands_twice_in_one_set_of_dimensions():
    pairs = [(name, each) for names, sets in observe.DIMENSIONS for name in names for each in sets]
    assert len(pairs) == len(set(pairs))
    assert {name for name, _ in pairs} == set(observe.UNITS)
