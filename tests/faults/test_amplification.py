"""F5 and F6: trouble is not answered with more calls."""

from __future__ import annotations

import random

import pytest

from gateway import fallback
from tests.faults.behaviours import BEHAVIOURS
from tests.faults.gateway import ALONE, FIRST, NEXT
from tests.faults.server import Behaviour, answers


def sometimes(fault: str, share: float, *, seed: int) -> Behaviour:
    chance = random.Random(seed)

    def behaviour(line):
        return (BEHAVIOURS[fault] if chance.random() < share else answers)(line)

    return behaviour


@pytest.mark.parametrize("fault", ["throttled", "not ready"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_model_alone_is_called_at_most_1_2_times_a_request(gateway, fault, share, monkeypatch):
    monkeypatch.setattr(fallback, "_PAUSE_S", 0.0)
    gateway.server.behaviours = {ALONE: sometimes(fault, share, seed=5)}
    asked = 0
    for _ in range(300):
        gateway.clock.now += 1
        before = gateway.server.calls[ALONE]
        gateway.ask(fallback=False)
        asked += gateway.server.calls[ALONE] > before  # what an open breaker shed is no credit
    amplification = gateway.server.calls[ALONE] / asked
    assert 1 < amplification <= 1.2


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_model_with_a_fallback_is_called_at_most_once_a_request(gateway, share):
    gateway.server.behaviours = {
        FIRST: sometimes("throttled", share, seed=6),
        NEXT: sometimes("throttled", share, seed=7),
    }
    for _ in range(200):
        before = gateway.server.calls
        gateway.ask(fallback=True)
        added = gateway.server.calls - before
        assert max(added.values(), default=0) <= 1


@pytest.mark.parametrize("fault", ["invalid", "over a quota", "denied", "not found"])
def test_a_refusal_is_exactly_one_call(gateway, fault):
    gateway.server.behaviours = {FIRST: BEHAVIOURS[fault]}
    answers_given = [gateway.ask(fallback=True) for _ in range(100)]
    assert gateway.server.calls == {FIRST: 100}
    assert {answer.model for answer in answers_given} == {None}
