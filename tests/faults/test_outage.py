"""F4: with its first model down an alias goes on answering, and finds the model when it is back."""

from __future__ import annotations

import threading
import time

import examples
import pytest

from tests.faults.behaviours import BEHAVIOURS
from tests.faults.gateway import ALONE, FIRST, NEXT, Gateway
from tests.faults.server import answers, hangs

REQUESTS = 1_000
PRIMARY, SECOND = examples.NOVA["id"], examples.CLAUDE["id"]


@pytest.mark.parametrize("fault", ["unavailable", "throttled", "cut"])
def test_an_alias_answers_while_its_first_model_is_down(gateway, fault):
    gateway.server.behaviours = {FIRST: BEHAVIOURS[fault]}
    answered = 0
    for _ in range(REQUESTS):
        gateway.clock.now += 0.005
        answered += gateway.ask(fallback=True).status == 200
    assert answered >= 0.999 * REQUESTS
    assert gateway.server.calls[FIRST] <= 0.01 * REQUESTS


def test_no_call_goes_to_a_model_whose_breaker_is_open(gateway):
    down(gateway)
    for _ in range(79):
        gateway.clock.now += 0.1
        gateway.ask(fallback=True)
    assert gateway.server.calls[FIRST] == 5


def test_one_call_every_eight_seconds_probes_a_model_that_stays_down(gateway):
    down(gateway)
    for _ in range(100):
        gateway.clock.now += 0.8
        gateway.ask(fallback=True)
    assert gateway.server.calls[FIRST] - 5 in (9, 10)


def test_a_model_that_is_back_answers_again_within_ten_seconds(gateway):
    down(gateway)
    gateway.server.behaviours = {}
    gateway.clock.now += 7
    assert gateway.ask(fallback=True).model == SECOND
    gateway.clock.now += 3
    assert [gateway.ask(fallback=True).model for _ in range(3)] == [PRIMARY] * 3


def test_a_model_that_hangs_costs_five_requests_their_time_and_the_next_none(gateway):
    gateway.server.behaviours = {FIRST: hangs}
    took = [gateway.ask(fallback=True, models_s=0.4).took_s for _ in range(8)]
    assert min(took[:5]) >= 0.2
    assert min(took[5:]) < 0.2
    assert gateway.server.calls[FIRST] == 5


def test_one_probe_at_a_time(gateway, server):
    """Lambda never does this; a process that shared its breakers between threads would."""
    down(gateway)
    gateway.clock.now += 8
    over = threading.Event()

    def waits(line):
        over.wait(5)
        return answers(line)

    server.behaviours = {FIRST: waits}
    other = Gateway(server)
    other.breakers = gateway.breakers
    probe = threading.Thread(target=gateway.ask, kwargs={"fallback": True})
    probe.start()
    wait_for(lambda: server.calls[FIRST] == 6)
    assert [other.ask(fallback=True).model for _ in range(10)] == [SECOND] * 10
    over.set()
    probe.join()
    assert server.calls[FIRST] == 6
    assert other.ask(fallback=True).model == PRIMARY
    other.hang_up()


@pytest.mark.parametrize(("fault", "status"), [("throttled", 429), ("hang", 502)])
def test_with_every_breaker_open_the_answer_is_immediate(gateway, fault, status):
    gateway.server.behaviours = dict.fromkeys((FIRST, NEXT, ALONE), BEHAVIOURS[fault])
    for _ in range(5):
        gateway.ask(fallback=True, models_s=0.1)
    gateway.server.requests.clear()
    for fallback in (True, False):  # a breaker is the model's, whichever alias it is behind
        answer = gateway.ask(fallback=fallback)
        assert answer.status == status
        assert answer.took_s < 1
    assert not gateway.server.requests


def down(gateway: Gateway) -> None:
    """The first model fails until its breaker is open."""
    gateway.server.behaviours = {FIRST: BEHAVIOURS["unavailable"]}
    for _ in range(5):
        assert gateway.ask(fallback=True).model == SECOND


def wait_for(condition) -> None:
    for _ in range(500):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen within 5 s")
