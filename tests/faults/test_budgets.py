"""Q1-Q4, F9 and F10 at about a tenth: budgets hold, over real connections and between processes."""

from __future__ import annotations

import pytest

from gateway import admission
from gateway.budget import Spending
from gateway.errors import GatewayError
from tests.fakes.dynamodb import BROKEN, HANGS, RESETS, THROTTLED, Dynamodb
from tests.fakes.requests import request
from tests.fakes.tables import KEYS
from tests.faults import runs
from tests.faults.payers import TARGET, USAGE, client, settings, usage

KNOWN = settings(budget=1_000_000)


@pytest.mark.parametrize("cost", [1_000, 250], ids=["all that is reserved", "a quarter of it"])
def test_a_race_spends_the_budget_and_no_more(cost):
    ran = runs.race(100, 20, cost)
    assert ran.peak <= ran.budget
    assert ran.month.spent == ran.month.committed == ran.admitted * cost
    assert ran.admitted >= 19
    assert ran.admitted + ran.refused == 100


def test_the_ledger_is_what_the_requests_cost_whatever_became_of_them():
    ran = runs.conservation(1_000)
    assert ran.faults > 20
    assert (ran.drift, ran.month.held) == (0, 0)
    assert ran.month.requests == ran.settled


def test_nobody_under_the_budget_is_refused():
    ends, month = runs.under_budget(2_000)
    assert ends == {"ok": 2_000}
    assert month.spent == month.committed == 2_000 * 100


def test_what_killed_processes_had_reserved_is_swept():
    month, left = runs.kills(2)
    assert left > 0
    assert month.committed == month.spent == month.requests * 100
    assert month.held == 0


def test_a_noisy_tenant_leaves_the_others_alone_and_gets_its_rate():
    ran = runs.neighbours(2)
    assert ran.failed == 0
    assert ran.noisy_at_most_a_second == 10


class TestAStoreThatIsDown:
    @pytest.fixture
    def store(self, monkeypatch):
        monkeypatch.setattr(admission, "_told", {})
        with Dynamodb(KEYS) as running:
            yield running

    @pytest.mark.parametrize(
        ("fault", "code"),
        [
            (BROKEN, "quota_unavailable"),
            (HANGS, "quota_unavailable"),
            (RESETS, "quota_unavailable"),
            (THROTTLED, "rate_limit_exceeded"),
        ],
        ids=["500", "hangs", "resets", "throttles"],
    )
    def test_closes_the_gate(self, store, fault, code):
        store.fault = lambda *_: fault
        with client(store.url) as aws, pytest.raises(GatewayError) as refused:
            Spending.reserve(request(left_s=0.3), 100, settings=KNOWN, upstream=aws)
        assert refused.value.code == code
        assert store.tables.rows[USAGE] == {}

    def test_closes_the_gate_when_nobody_listens(self, store):
        url = store.url
        store.__exit__()
        with client(url) as aws, pytest.raises(GatewayError) as refused:
            Spending.reserve(request(), 100, settings=KNOWN, upstream=aws)
        assert refused.value.code == "quota_unavailable"

    @pytest.mark.parametrize("fault", [BROKEN, HANGS, RESETS, THROTTLED])
    def test_at_the_end_withholds_an_answer_that_is_not_paid(self, store, fault):
        with client(store.url) as aws:
            spending = Spending.reserve(request(left_s=0.1), 100, settings=KNOWN, upstream=aws)
            store.fault = lambda *_: fault
            with pytest.raises(GatewayError) as told:
                spending.settle(usage(50), TARGET)
        assert told.value.status == 502

    @pytest.mark.parametrize("fault", [BROKEN, HANGS, RESETS, THROTTLED])
    def test_at_the_end_of_a_failure_is_left_to_the_sweep(self, store, fault):
        with client(store.url) as aws:
            spending = Spending.reserve(request(left_s=0.1), 100, settings=KNOWN, upstream=aws)
            store.fault = lambda *_: fault
            spending.release()
