"""Whoever waits asks after its caller all the while, and knows when to give up."""

from __future__ import annotations

from itertools import pairwise

import pytest

from gateway import patience
from gateway.patience import NEVER, Patience


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(patience, "time", clock)
    return clock


def test_the_caller_is_asked_after_four_times_a_second_whatever_comes(clock: Clock) -> None:
    asked: list[float] = []
    waiting = Patience(NEVER, idle_s=60, check=lambda: asked.append(clock.now))
    for share in (1, 0.99, 0.1, 0.5, 0.9) * 10:  # of the time that it would have waited
        clock.now += share * waiting.left(clock.now)
    gaps = [later - earlier for earlier, later in pairwise(asked)]
    assert asked[0] == 100
    assert max(gaps) <= 0.25


def test_an_operation_that_is_idle_for_too_long_is_over(clock: Clock) -> None:
    waiting = Patience(NEVER, idle_s=60)
    assert waiting.left(100.0) > 0
    clock.now = 159.99
    assert 0 < waiting.left(100.0) <= 0.01 + 1e-6
    clock.now = 160.0
    assert waiting.left(100.0) <= 0
    assert waiting.left(160.0) > 0


def test_the_deadline_is_for_all_operations_and_may_be_moved(clock: Clock) -> None:
    waiting = Patience(101.0, idle_s=60)
    clock.now = 101.0
    assert waiting.left(101.0) <= 0
    waiting.deadline = 102.0
    assert waiting.left(101.0) > 0
    waiting.deadline = 100.0
    assert waiting.left(101.0) <= 0


def test_what_the_check_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        Patience(NEVER, idle_s=60, check=lambda: 1 // 0).left(0.0)  # type: ignore[arg-type,return-value]
