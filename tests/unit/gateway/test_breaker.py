"""A model that fails five times in a row is left alone, and probed by one call at a time."""

from __future__ import annotations

import contextlib

import pytest

from gateway.aws import AwsError, TimedOut, Unreachable, UpstreamFailure
from gateway.breaker import Breaker, Breakers, Retries, breakers, is_outage
from gateway.errors import invalid

DOWN = AwsError(503, "ServiceUnavailableException")
THROTTLED = AwsError(429, "ThrottlingException")
OUTAGES = [
    *(AwsError(status, str(status)) for status in (408, 424, 429, 500, 502, 503, 504)),
    TimedOut("no answer in time"),
    Unreachable("the connection failed"),
    UpstreamFailure("the model's answer is not whole"),
]
NO_OUTAGES = [
    *(AwsError(status, str(status)) for status in (400, 401, 403, 404, 413, 501)),
    invalid("messages", "no"),
    KeyError("a bug"),
]


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def call(breaker: Breaker, error: Exception | None = None) -> None:
    with contextlib.suppress(Exception), breaker:
        if error:
            raise error


def opened(clock: Clock, error: Exception = DOWN) -> Breaker:
    breaker = Breaker(clock)
    for _ in range(5):
        assert not breaker.is_open()
        call(breaker, error)
    return breaker


@pytest.mark.parametrize("error", OUTAGES, ids=str)
def test_five_outages_in_a_row_open_it(error):
    assert is_outage(error)
    assert opened(Clock(), error).is_open()


@pytest.mark.parametrize("error", NO_OUTAGES, ids=repr)
def test_a_refusal_and_a_bug_neither_open_it_nor_clear_it(error):
    breaker = Breaker(Clock())
    for _ in range(4):
        call(breaker, DOWN)
    for _ in range(9):
        call(breaker, error)
    assert not breaker.is_open()
    call(breaker, DOWN)
    assert breaker.is_open()


def test_an_answer_clears_what_went_before():
    breaker = Breaker(Clock())
    for error in [DOWN, DOWN, DOWN, DOWN, None, DOWN, DOWN, DOWN, DOWN]:
        call(breaker, error)
    assert not breaker.is_open()


@pytest.mark.parametrize(("error", "open_s"), [(DOWN, 8), (THROTTLED, 2)], ids=str)
def test_it_stays_open_for_eight_seconds_and_for_two_when_throttled(error, open_s):
    clock = Clock()
    breaker = opened(clock, error)
    clock.now += open_s - 0.01
    assert breaker.is_open()
    clock.now += 0.01
    assert not breaker.is_open()


def test_one_call_probes_at_a_time():
    clock = Clock()
    breaker = opened(clock)
    clock.now += 8
    with breaker:
        assert breaker.is_open()
        clock.now += 60
        assert breaker.is_open()
    assert not breaker.is_open()


def test_a_probe_that_fails_opens_it_again_from_when_it_failed():
    clock = Clock()
    breaker = opened(clock)
    clock.now += 8
    with contextlib.suppress(AwsError), breaker:
        clock.now += 14
        raise DOWN
    clock.now += 7.99
    assert breaker.is_open()


@pytest.mark.parametrize("error", NO_OUTAGES, ids=repr)
def test_a_probe_that_says_nothing_about_the_model_leaves_room_for_the_next(error):
    clock = Clock()
    breaker = opened(clock)
    clock.now += 8
    call(breaker, error)
    assert not breaker.is_open()
    call(breaker, DOWN)
    assert breaker.is_open()


def test_a_probe_that_is_answered_closes_it_for_five_more_failures():
    clock = Clock()
    breaker = opened(clock)
    clock.now += 8
    call(breaker)
    for _ in range(4):
        call(breaker, DOWN)
    assert not breaker.is_open()


def test_it_knows_whether_throttling_opened_it():
    assert opened(Clock(), THROTTLED).throttled
    assert not opened(Clock(), DOWN).throttled


def test_each_model_has_its_own():
    seen = Breakers(Clock())
    for _ in range(5):
        call(seen.of("first"), DOWN)
    assert seen.of("first").is_open()
    assert not seen.of("next").is_open()


def test_a_process_has_one_set():
    assert breakers() is breakers()
    breakers.cache_clear()


def test_ten_requests_earn_a_retry():
    retries = Retries()
    for _ in range(9):
        retries.earn()
    assert not retries.spend()
    retries.earn()
    assert retries.spend()
    assert not retries.spend()


def test_a_quiet_night_saves_no_more_than_five_retries():
    retries = Retries()
    for _ in range(1_000):
        retries.earn()
    assert [retries.spend() for _ in range(6)] == [True] * 5 + [False]
