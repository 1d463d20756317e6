"""A tenant's money: reserved before, settled after, and right whatever happens in between."""

from __future__ import annotations

import calendar
import json
import time

import examples
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import admission, budget
from gateway.aws import AwsError, TimedOut, Unreachable
from gateway.budget import Spending
from gateway.errors import GatewayError
from gateway.ledger import Ledger
from gateway.month import month_of, resets_on
from gateway.settings import Price
from gateway.sweep import swept
from tests.fakes.memory import Memory
from tests.fakes.requests import request

SETTINGS = examples.settings()
# An output token costs a micro-dollar, and a thousand of the input sixty.
PRICE = Price(input=60_000, output=1_000_000, cache_read=15_000, cache_write=75_000)
TARGET = SETTINGS.aliases["plain"].targets[0]._replace(price=PRICE)
BUDGET = SETTINGS.tenants["demo"].budget_micro_usd
RATE = SETTINGS.tenants["demo"].requests_per_second
TABLE = SETTINGS.usage_table
# A Sunday in November, at the first second of a minute.
NOON = calendar.timegm((2026, 11, 22, 12, 0, 0))
MINUTE, SECOND = NOON // 60, NOON
STALE_S = 60 + SETTINGS.timeout_s + 60

THROTTLED = AwsError(400, "ThrottlingException")
BROKEN = AwsError(500, "InternalServerError", detail="arn:aws:dynamodb:us-east-1:111111111111:x")
GONE = Unreachable("the connection failed", detail="dynamodb.us-east-1.amazonaws.com")
SILENT = TimedOut("no answer in time")


class Clock:
    def __init__(self) -> None:
        self.now = float(NOON)

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def nothing_was_told(monkeypatch):
    """A new execution environment, which waits as briefly as can be."""
    monkeypatch.setattr(admission, "_told", {})
    monkeypatch.setattr(admission, "_PAUSE_S", 0.0001)
    monkeypatch.setattr(budget, "_PAUSE_S", 0.0001)


@pytest.fixture
def store():
    return Memory()


@pytest.fixture
def clock():
    return Clock()


def reserve(store, clock, micro_usd=1_000, *, of=None):
    asked = of or request()
    return Spending.reserve(asked, micro_usd, settings=SETTINGS, upstream=store, clock=clock)


def refusal(store, clock, micro_usd=1_000, *, of=None):
    with pytest.raises(GatewayError) as refused:
        reserve(store, clock, micro_usd, of=of)
    return refused.value


def usage(micro_usd):
    """What costs just that."""
    return {"inputTokens": 0, "outputTokens": micro_usd, "totalTokens": micro_usd}


def row(store, tenant="demo", month="2026-11"):
    return {
        name: value
        for name, value in store.row(TABLE, tenant, month).items()
        if name not in ("tenant", "month")
    }


def spend(store, clock, micro_usd, tenant="demo"):
    reserve(store, clock, micro_usd, of=request(tenant)).settle(usage(micro_usd), TARGET)


def in_the_way(store, clock, micro_usd, tenant="demo"):
    """Another request's reservation, which takes all but so much of the budget."""
    left = SETTINGS.tenants[tenant].budget_micro_usd - micro_usd
    return reserve(store, clock, left, of=request(tenant))


def operations(store):
    return [operation for operation, _ in store.calls]


class TestReserving:
    def test_is_one_update_of_the_tenants_month(self, store, clock):
        reserve(store, clock, 1_000)
        assert operations(store) == ["UpdateItem"]
        assert row(store) == {
            "committed_micro_usd": 1_000,
            f"minute_{MINUTE}": 1_000,
            f"second_{SECOND}": 1,
        }

    def test_adds_to_what_others_have_reserved(self, store, clock):
        for _ in range(3):
            reserve(store, clock, 1_000)
        assert row(store)["committed_micro_usd"] == row(store)[f"minute_{MINUTE}"] == 3_000

    def test_the_whole_budget_may_be_reserved(self, store, clock):
        reserve(store, clock, BUDGET)
        assert row(store)["committed_micro_usd"] == BUDGET

    def test_more_than_the_whole_budget_is_refused_without_asking(self, store, clock):
        refused = refusal(store, clock, BUDGET + 1)
        assert (refused.status, refused.code) == (429, "insufficient_quota")
        assert "2026-12-01" in str(refused)
        assert store.calls == []

    def test_what_is_spent_is_not_there_any_more(self, store, clock):
        spend(store, clock, BUDGET - 500)
        before = row(store)
        refused = refusal(store, clock, 501)
        assert (refused.status, refused.code) == (429, "insufficient_quota")
        assert "2026-12-01" in str(refused)
        assert row(store) == before

    def test_a_tenant_that_left_the_environment_is_forbidden(self, store, clock):
        assert refusal(store, clock, of=request("nobody")).status == 403
        assert store.calls == []

    def test_the_next_month_begins_with_the_whole_budget(self, store, clock):
        spend(store, clock, BUDGET)
        clock.now = calendar.timegm((2026, 12, 1, 0, 0, 0))
        reserve(store, clock, BUDGET)
        assert row(store, month="2026-12")["committed_micro_usd"] == BUDGET


class TestTheRate:
    def test_lets_so_many_in_each_second(self, store, clock):
        for _ in range(RATE):
            reserve(store, clock, 1)
        refused = refusal(store, clock, 1)
        assert (refused.status, refused.code) == (429, "rate_limit_exceeded")
        assert refused.headers["retry-after"] == "1"
        assert row(store)["committed_micro_usd"] == RATE
        clock.now += 1
        reserve(store, clock, 1)

    def test_once_exceeded_is_not_asked_for_again_in_the_same_second(self, store, clock):
        for _ in range(RATE):
            reserve(store, clock, 1)
        refusal(store, clock, 1)
        store.calls.clear()
        assert refusal(store, clock, 1).code == "rate_limit_exceeded"
        assert store.calls == []

    def test_of_one_tenant_leaves_the_others_alone(self, store, clock):
        for _ in range(5):
            reserve(store, clock, 1, of=request("other"))
        assert refusal(store, clock, 1, of=request("other")).code == "rate_limit_exceeded"
        reserve(store, clock, 1)

    def test_is_what_is_told_of_when_the_budget_is_used_up_as_well(self, store, clock):
        for _ in range(5):
            reserve(store, clock, 200_000, of=request("other"))
        assert refusal(store, clock, 1, of=request("other")).code == "rate_limit_exceeded"

    def test_old_counts_are_taken_out_when_a_request_ends(self, store, clock):
        reserve(store, clock)
        clock.now += 1
        reserve(store, clock)
        ending = reserve(store, clock)
        clock.now += 2.5  # the first second ended 2.5 s ago, the other one 1.5 s
        ending.release()
        assert f"second_{SECOND}" not in row(store)
        assert row(store)[f"second_{SECOND + 1}"] == 2

    def test_hundreds_of_old_counts_still_fit_into_an_update(self, store, clock):
        for _ in range(300):
            clock.now += 1
            held = reserve(store, clock, 1)
        clock.now += 3
        held.release()
        _, update = store.calls[-1]
        assert len(update["UpdateExpression"]) < 4_096
        assert sum(name.startswith("second_") for name in row(store)) == 200


class TestABudgetThatOthersHaveReserved:
    def test_is_waited_for(self, store, clock):
        other = in_the_way(store, clock, 500)
        store.trouble = lambda operation, _: other.release() if operation == "GetItem" else None
        reserve(store, clock, 1_000)
        assert row(store)["committed_micro_usd"] == 1_000

    def test_is_not_waited_for_once_it_is_spent(self, store, clock):
        other = in_the_way(store, clock, 500)

        def others_are_answered(operation, _):
            if store.calls[-1][0] == "GetItem" and len(store.calls) > 5:
                other.settle(usage(BUDGET - 500), TARGET)

        store.trouble = others_are_answered
        assert refusal(store, clock, 1_000).code == "insufficient_quota"
        assert row(store)["committed_micro_usd"] == BUDGET - 500

    def test_is_waited_for_two_seconds_at_most(self, store, clock, monkeypatch):
        monkeypatch.setattr(admission, "_WAIT_S", 0.01)
        in_the_way(store, clock, 500)
        assert refusal(store, clock, 1_000).code == "insufficient_quota"
        assert row(store)["committed_micro_usd"] == BUDGET - 500

    def test_is_not_waited_for_beyond_the_requests_own_time(self, store, clock):
        in_the_way(store, clock, 500)
        refused = refusal(store, clock, 1_000, of=request(left_s=0.01))
        assert refused.code == "insufficient_quota"

    def test_is_not_waited_for_by_a_client_that_went_away(self, store, clock):
        class Gone(Exception): ...

        def gone():
            raise Gone

        in_the_way(store, clock, 500)
        with pytest.raises(Gone):
            reserve(store, clock, 1_000, of=request()._replace(check_client=gone))
        assert row(store)["committed_micro_usd"] == BUDGET - 500

    def test_is_looked_at_without_writing_while_there_is_no_room(self, store, clock, monkeypatch):
        monkeypatch.setattr(admission, "_WAIT_S", 0.01)
        in_the_way(store, clock, 500)
        store.calls.clear()
        refusal(store, clock, 1_000)
        assert operations(store).count("UpdateItem") == 2  # the attempt, and its count

    def test_who_waits_is_counted_once_in_the_second_in_which_it_came(self, store, clock):
        other = in_the_way(store, clock, 500)

        def time_passes(operation, _):
            clock.now += 0.5
            if clock.now > NOON + 2:
                other.release()

        store.trouble = time_passes
        reserve(store, clock, 1_000)
        assert {k: v for k, v in row(store).items() if k.startswith("second_")} == {
            f"second_{SECOND}": 2
        }

    def test_the_rate_is_kept_by_those_who_wait(self, store, clock, monkeypatch):
        monkeypatch.setattr(admission, "_WAIT_S", 0.0)
        in_the_way(store, clock, 500, "other")
        codes = [refusal(store, clock, 1_000, of=request("other")).code for _ in range(6)]
        assert codes == ["insufficient_quota"] * 4 + ["rate_limit_exceeded"] * 2

    def test_what_a_crash_left_is_not_waited_for(self, store, clock):
        in_the_way(store, clock, 500)
        clock.now += STALE_S
        reserve(store, clock, 1_000)
        assert row(store)["committed_micro_usd"] == 1_000


class TestARefusalForTheBudget:
    def test_is_not_asked_for_again_in_the_same_second(self, store, clock):
        spend(store, clock, BUDGET - 500)
        refusal(store, clock, 1_000)
        store.calls.clear()
        assert refusal(store, clock, 1_000).code == "insufficient_quota"
        assert refusal(store, clock, 2_000).code == "insufficient_quota"
        assert store.calls == []
        clock.now += 1
        refusal(store, clock, 1_000)
        assert store.calls != []

    def test_leaves_a_smaller_request_alone(self, store, clock):
        spend(store, clock, BUDGET - 500)
        refusal(store, clock, 1_000)
        reserve(store, clock, 100)


class TestSettling:
    def test_puts_what_was_spent_in_the_place_of_what_was_reserved(self, store, clock):
        asked = request()
        counted = {"inputTokens": 1_000, "outputTokens": 500, "totalTokens": 1_500}
        reserve(store, clock, 1_000, of=asked).settle(counted, TARGET)
        assert row(store) == {
            "committed_micro_usd": 560,
            "spent_micro_usd": 560,
            "requests": 1,
            "input_tokens": 1_000,
            "output_tokens": 500,
            f"minute_{MINUTE}": 0,
            f"second_{SECOND}": 1,
        }
        assert asked.facts == {
            "environment": "dev",
            "gen_ai.usage.input_tokens": 1_000,
            "gen_ai.usage.output_tokens": 500,
            "cost_micro_usd": 560,
            "budget_used_percent": pytest.approx(100 * 560 / BUDGET, abs=0.1),
        }

    def test_counts_what_came_from_a_cache_as_input(self, store, clock):
        asked = request()
        counted = {
            "inputTokens": 1_000,
            "outputTokens": 0,
            "totalTokens": 3_000,
            "cacheReadInputTokens": 1_500,
            "cacheWriteInputTokens": 500,
        }
        reserve(store, clock, 1_000, of=asked).settle(counted, TARGET)
        assert row(store)["input_tokens"] == 3_000
        assert asked.facts["gen_ai.usage.input_tokens"] == 3_000
        assert asked.facts["gen_ai.usage.cache_read.input_tokens"] == 1_500
        assert asked.facts["gen_ai.usage.cache_creation.input_tokens"] == 500

    def test_more_than_was_reserved_is_written_down_all_the_same(self, store, clock):
        reserve(store, clock, 6).settle(usage(600), TARGET)
        assert row(store)["committed_micro_usd"] == row(store)["spent_micro_usd"] == 600

    def test_happens_in_the_month_in_which_it_was_reserved(self, store, clock):
        clock.now = calendar.timegm((2026, 11, 30, 23, 59, 59))
        held = reserve(store, clock, 1_000)
        clock.now += 10
        held.settle(usage(600), TARGET)
        assert row(store)["committed_micro_usd"] == row(store)["spent_micro_usd"] == 600
        assert row(store, month="2026-12") == {}

    def test_happens_once(self, store, clock):
        held = reserve(store, clock)
        held.settle(usage(600), TARGET)
        before = row(store)
        held.settle(usage(600), TARGET)
        held.release()
        assert row(store) == before

    def test_takes_half_a_second_more_than_the_request_has(self, store, clock, monkeypatch):
        asked = request()
        held = reserve(store, clock, of=asked)
        deadlines = []
        real = store.dynamodb
        monkeypatch.setattr(store, "dynamodb", lambda *a: (deadlines.append(a[2]), real(*a))[1])
        held.settle(usage(600), TARGET)
        assert deadlines == [asked.deadline + 0.5]


class TestReleasing:
    def test_gives_back_what_was_reserved(self, store, clock):
        other = reserve(store, clock, 300)
        reserve(store, clock, 1_000).release()
        assert row(store)["committed_micro_usd"] == row(store)[f"minute_{MINUTE}"] == 300
        other.release()
        assert row(store)["committed_micro_usd"] == row(store)[f"minute_{MINUTE}"] == 0

    def test_happens_once(self, store, clock):
        held = reserve(store, clock)
        held.release()
        before = row(store)
        held.release()
        held.settle(usage(600), TARGET)
        assert row(store) == before

    @pytest.mark.parametrize("failure", [THROTTLED, BROKEN, GONE, SILENT])
    def test_never_raises(self, store, clock, failure, capsys):
        held = reserve(store, clock, 1_000)
        store.trouble = lambda *_: (False, failure)
        held.release()
        line = json.loads(capsys.readouterr().out)
        assert line["event"] == "not released"
        assert (line["reserved_micro_usd"], line["minute"]) == (1_000, MINUTE)


class TestWhatACrashLeft:
    def test_is_swept_by_the_next_request_after_the_longest_one_and_a_minute(self, store, clock):
        reserve(store, clock, 1_000)
        clock.now = NOON + STALE_S - 0.1
        reserve(store, clock, 50).release()
        assert row(store)["committed_micro_usd"] == 1_000
        clock.now = NOON + STALE_S
        reserve(store, clock, 50).release()
        assert row(store)["committed_micro_usd"] == 0
        assert f"minute_{MINUTE}" not in row(store)

    def test_is_told_of(self, store, clock, capsys):
        reserve(store, clock, 1_000)
        clock.now += STALE_S
        reserve(store, clock, 50)
        line = json.loads(capsys.readouterr().out)
        assert (line["event"], line["tenant"], line["micro_usd"]) == ("swept", "demo", 1_000)

    def test_minutes_with_nothing_in_them_are_taken_out_without_a_word(self, store, clock, capsys):
        reserve(store, clock, 1_000).release()
        clock.now += STALE_S
        reserve(store, clock, 50)
        assert f"minute_{MINUTE}" not in row(store)
        assert capsys.readouterr().out == ""

    def test_is_swept_in_one_update_for_many_minutes(self, store, clock):
        for _ in range(50):
            reserve(store, clock, 1_000)
            clock.now += 1
        clock.now += STALE_S
        store.calls.clear()
        reserve(store, clock, 50)
        assert operations(store) == ["UpdateItem", "UpdateItem"]
        assert row(store)["committed_micro_usd"] == 50

    def test_is_put_right_if_it_was_only_slow(self, store, clock):
        slow = reserve(store, clock, 1_000)
        clock.now += STALE_S
        reserve(store, clock, 60).release()
        slow.settle(usage(600), TARGET)
        assert row(store)[f"minute_{MINUTE}"] == -1_000
        reserve(store, clock, 60).release()
        assert row(store)["committed_micro_usd"] == row(store)["spent_micro_usd"] == 600
        assert f"minute_{MINUTE}" not in row(store)

    def test_several_slow_ones_are_all_paid(self, store, clock):
        slow = [reserve(store, clock, amount) for amount in (1_000, 1_200, 200)]
        clock.now += STALE_S
        reserve(store, clock, 60).release()
        for each in slow:
            each.settle(usage(600), TARGET)
        reserve(store, clock, 60).release()
        assert row(store)["committed_micro_usd"] == row(store)["spent_micro_usd"] == 1_800

    def test_is_swept_once_however_many_see_it(self, store, clock):
        reserve(store, clock, 1_000)
        clock.now += STALE_S
        ledger = Ledger("demo", "2026-11", table=TABLE, upstream=store)
        seen = ledger.read(0.0)
        for _ in range(3):
            after = swept(seen, ledger, clock.now, SETTINGS.timeout_s, 0.0)
            assert after.committed == 0

    def test_does_not_fail_the_request_that_could_not_sweep_it(self, store, clock, capsys):
        reserve(store, clock, 1_000)
        clock.now += STALE_S
        store.trouble = lambda _, asked: (
            (False, BROKEN) if ":back" in asked["ExpressionAttributeValues"] else None
        )
        reserve(store, clock, 50)
        assert json.loads(capsys.readouterr().out)["event"] == "not swept"
        store.trouble = lambda *_: None
        reserve(store, clock, 50)
        assert row(store)["committed_micro_usd"] == 100


class TestATableThatDoesNotAnswer:
    @pytest.mark.parametrize("failure", [BROKEN, GONE, SILENT, AwsError(403, "AccessDenied")])
    def test_closes_the_gate(self, store, clock, failure, capsys):
        store.trouble = lambda *_: (False, failure)
        refused = refusal(store, clock)
        assert (refused.status, refused.code) == (503, "quota_unavailable")
        line = capsys.readouterr().out
        assert json.loads(line)["event"] == "no reservation"
        assert "arn:" not in line and "amazonaws" not in line

    @pytest.mark.parametrize(
        "code",
        ["ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"],
    )
    def test_because_the_tenant_asks_too_often_says_so(self, store, clock, code):
        store.trouble = lambda *_: (False, AwsError(400, code))
        refused = refusal(store, clock)
        assert (refused.status, refused.code) == (429, "rate_limit_exceeded")

    def test_on_the_second_look_closes_the_gate_too(self, store, clock):
        in_the_way(store, clock, 500)
        store.trouble = lambda operation, _: (False, BROKEN) if operation == "GetItem" else None
        assert refusal(store, clock, 1_000).code == "quota_unavailable"

    @pytest.mark.parametrize("failure", [THROTTLED, BROKEN])
    def test_at_the_end_is_asked_once_more(self, store, clock, failure):
        held = reserve(store, clock)
        failures = [(False, failure)]
        store.trouble = lambda *_: failures.pop() if failures else None
        held.settle(usage(600), TARGET)
        assert row(store)["committed_micro_usd"] == row(store)["spent_micro_usd"] == 600

    @pytest.mark.parametrize("failure", [BROKEN])
    def test_although_it_did_what_it_was_asked_is_not_charged_twice(self, store, clock, failure):
        held = reserve(store, clock)
        failures = [(True, failure)]
        store.trouble = lambda *_: failures.pop() if failures else None
        held.settle(usage(600), TARGET)
        assert row(store)["committed_micro_usd"] == row(store)["spent_micro_usd"] == 600
        assert row(store)["requests"] == 1

    def test_a_reservation_that_is_gone_is_in_the_log(self, store, clock, capsys):
        held = reserve(store, clock)
        other = reserve(store, clock, 1)
        failures = [(True, BROKEN)]
        store.trouble = lambda *_: failures.pop() if failures else None
        held.settle(usage(600), TARGET)
        assert '"not settled"' in capsys.readouterr().out
        other.release()
        assert row(store)["committed_micro_usd"] == row(store)["spent_micro_usd"] == 600

    @pytest.mark.parametrize("failure", [GONE, SILENT])
    def test_is_not_asked_again_where_it_may_have_done_it(self, store, clock, failure):
        held = reserve(store, clock)
        store.trouble = lambda *_: (True, failure)
        with pytest.raises(GatewayError) as told:
            held.settle(usage(600), TARGET)
        assert told.value.status == 502
        assert row(store)["spent_micro_usd"] == 600

    @pytest.mark.parametrize("failure", [THROTTLED, BROKEN, GONE, SILENT])
    def test_withholds_an_answer_whose_cost_is_not_on_record(self, store, clock, failure, capsys):
        asked = request()
        held = reserve(store, clock, 1_000, of=asked)
        store.trouble = lambda *_: (False, failure)
        with pytest.raises(GatewayError) as told:
            held.settle(usage(600), TARGET)
        assert (told.value.status, told.value.code) == (502, "bad_gateway")
        assert asked.facts["cost_micro_usd"] == 600
        text = capsys.readouterr().out
        line = json.loads(text)
        assert line.pop("_aws")["CloudWatchMetrics"][0]["Metrics"][0]["Name"] == "Unsettled"
        assert line == {
            "request_id": asked.id,
            "event": "not settled",
            "environment": "dev",
            "Unsettled": 1,
            "tenant": "demo",
            "month": "2026-11",
            "minute": MINUTE,
            "reserved_micro_usd": 1_000,
            "spent_micro_usd": 600,
            "requests": 1,
            "input_tokens": 0,
            "output_tokens": 600,
            "error": type(failure).__name__,
            "code": getattr(failure, "code", None),
        }


# What can become of a request: who it is of those that run, and what it costs.
ENDS = st.sampled_from(["settled", "released", "crashed", "late", "lost answer", "pause"])
STEPS = st.lists(st.tuples(ENDS, st.integers(0, 1_500), st.integers(0, 5)), max_size=40)


@given(STEPS)
def test_the_ledger_is_the_sum_of_what_was_spent_whatever_happens(steps):
    store, clock, paid, late = Memory(), Clock(), 0, []
    for end, cost, minutes in steps:
        held = reserve(store, clock, 1_000)
        if end in ("settled", "late", "lost answer"):
            paid += cost
        if end == "late":
            late.append((held, cost))
        elif end == "released":
            held.release()
        elif end == "pause":
            clock.now += minutes * 60
        elif end != "crashed":
            # The answer is lost of a request that is alone in its minute.
            lost = [(True, BROKEN)] if end == "lost answer" and _alone(store, clock) else []
            store.trouble = lambda *_, lost=lost: lost.pop() if lost else None
            held.settle(usage(cost), TARGET)
        _holds(store)
    for held, cost in late:
        held.settle(usage(cost), TARGET)
        _holds(store)
    clock.now += STALE_S
    reserve(store, clock, 0).release()
    reserve(store, clock, 0).release()
    assert _holds(store).committed == _holds(store).spent == paid


def _alone(store, clock):
    return row(store)[f"minute_{int(clock.now) // 60}"] == 1_000


def _holds(store):
    """What is true at every moment."""
    key = ("demo", "2026-11")
    month = month_of(store.tables.rows[TABLE].get(key, {}))
    assert month.committed == month.spent + sum(month.held.values())
    return month


def test_a_month_ends_where_the_next_begins():
    assert resets_on("2026-11") == "2026-12-01"
    assert resets_on("2026-12") == "2027-01-01"
    assert resets_on("2027-01") == "2027-02-01"
    for day in range(0, 4_000, 9):
        name = time.strftime("%Y-%m", time.gmtime(NOON + day * 86_400))
        following = time.strptime(resets_on(name), "%Y-%m-%d")
        before = time.gmtime(calendar.timegm(following) - 1)
        assert time.strftime("%Y-%m", before) == name
