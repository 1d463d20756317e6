"""What a tenant is told of its own month."""

from __future__ import annotations

import calendar
import json
import re

import examples
import pytest
from jsonschema_rs import Draft202012Validator

from gateway import usage as usage_route
from gateway.aws import AwsError
from gateway.budget import Spending
from gateway.errors import GatewayError
from gateway.settings import Price
from gateway.usage import RESPONSE, usage
from tests.fakes.memory import Memory
from tests.fakes.requests import request

SETTINGS = examples.settings()
PRICE = Price(input=60_000, output=1_000_000, cache_read=15_000, cache_write=75_000)
TARGET = SETTINGS.aliases["plain"].targets[0]._replace(price=PRICE)
NOON = calendar.timegm((2026, 11, 22, 12, 0, 0))


@pytest.fixture
def store():
    return Memory()


def asked(store, tenant="demo", *, at=NOON):
    reply = usage(request(tenant), settings=SETTINGS, upstream=store, clock=lambda: at)
    Draft202012Validator(RESPONSE).validate(reply.body)
    return reply.body


def reserve(store, micro_usd, tenant="demo", *, at=NOON):
    return Spending.reserve(
        request(tenant), micro_usd, settings=SETTINGS, upstream=store, clock=lambda: at
    )


def spend(store, micro_usd, tenant="demo"):
    counted = {"inputTokens": 0, "outputTokens": micro_usd, "totalTokens": micro_usd}
    reserve(store, micro_usd, tenant).settle(counted, TARGET)


def test_a_tenant_without_a_row_has_spent_nothing(store):
    assert asked(store) == {
        "object": "usage",
        "tenant": "demo",
        "month": "2026-11",
        "currency": "USD",
        "spent_usd": 0,
        "reserved_usd": 0,
        "budget_usd": 5,
        "remaining_usd": 5,
        "requests": 0,
        "input_tokens": 0,
        "output_tokens": 0,
        "requests_per_second": 100,
        "resets_on": "2026-12-01",
    }


def test_what_is_spent_and_what_is_reserved_are_told_apart(store):
    spend(store, 1_234_567)
    reserve(store, 1_000_001)
    told = asked(store)
    assert told["spent_usd"] == 1.234567
    assert told["reserved_usd"] == 1.000001
    assert told["remaining_usd"] == 2.765432
    assert (told["requests"], told["output_tokens"]) == (1, 1_234_567)


def test_what_a_crash_left_reserved_is_not_reserved(store):
    reserve(store, 1_000_000)
    reserve(store, 500_000, at=NOON + 60)
    told = asked(store, at=NOON + 149)
    assert (told["reserved_usd"], told["remaining_usd"]) == (0.5, 4.5)


def test_nobody_hears_of_another_tenant(store):
    spend(store, 1_000_000, "other")
    assert asked(store)["spent_usd"] == 0
    assert asked(store, "other")["spent_usd"] == 1


def test_a_new_month_begins_with_nothing_spent(store):
    spend(store, 1_000_000)
    told = asked(store, at=calendar.timegm((2026, 12, 1, 0, 0, 0)))
    assert (told["month"], told["spent_usd"], told["resets_on"]) == ("2026-12", 0, "2027-01-01")


def test_over_a_budget_that_was_made_smaller_nothing_remains(store):
    spend(store, 1_000_000, "other")
    spend_more = {"inputTokens": 0, "outputTokens": 7, "totalTokens": 7}
    reserve(store, 0, "other").settle(spend_more, TARGET)
    told = asked(store, "other")
    assert (told["spent_usd"], told["remaining_usd"]) == (1.000007, 0)


def test_amounts_are_written_with_the_six_decimals_that_they_have():
    for micro in [1, 10, 29, 100_001, 999_999, 70_000_003, 123_456_789_012]:
        written = json.dumps(usage_route._usd(micro))
        if "e" not in written:
            assert re.fullmatch(r"\d+\.\d{1,6}", written)
        assert round(float(written) * 1_000_000) == micro


def test_a_tenant_that_left_the_environment_is_forbidden(store):
    with pytest.raises(GatewayError) as refused:
        usage(request("nobody"), settings=SETTINGS, upstream=store)
    assert refused.value.status == 403
    assert store.calls == []


def test_the_function_answers_for_the_tenant_of_the_key(store, monkeypatch):
    monkeypatch.setattr(usage_route, "settings", lambda: SETTINGS)
    monkeypatch.setattr(usage_route, "client", lambda: store)
    event = {**examples.event("models"), "resource": "/v1/usage"}
    event["requestContext"]["authorizer"]["tenant"] = "other"
    response = usage_route.handler(event, examples.Context())
    assert response["statusCode"] == 200
    assert json.loads(response["body"])["tenant"] == "other"


def test_a_table_that_does_not_answer_is_an_error(store, monkeypatch):
    monkeypatch.setattr(usage_route, "settings", lambda: SETTINGS)
    monkeypatch.setattr(usage_route, "client", lambda: store)
    store.trouble = lambda *_: (False, AwsError(500, "InternalServerError"))
    event = {**examples.event("models"), "resource": "/v1/usage"}
    event["requestContext"]["authorizer"]["tenant"] = "demo"
    response = usage_route.handler(event, examples.Context())
    assert response["statusCode"] == 502
