"""F3: whatever hangs, an answer comes within the request's time, and no model is asked twice."""

from __future__ import annotations

import time

import pytest

from tests.faults.behaviours import BEHAVIOURS
from tests.faults.gateway import ALONE, FIRST, NEXT

MODELS_S = 0.4
# Of the second that the edge keeps for answering: two cores are busy with other tests.
SLACK_S = 0.5


@pytest.mark.parametrize("fault", ["hang", "stall", "drip"])
@pytest.mark.parametrize("failing", [(ALONE,), (FIRST,), (FIRST, NEXT)], ids="+".join)
def test_the_total_deadline_is_kept(gateway, fault, failing):
    gateway.server.behaviours = dict.fromkeys(failing, BEHAVIOURS[fault])
    for _ in range(2):
        gateway.forget()  # closed breakers: each request waits its whole time
        gateway.server.requests.clear()
        answer = gateway.ask(fallback=FIRST in failing, models_s=MODELS_S)
        assert answer.status == (200 if failing == (FIRST,) else 504)
        assert answer.took_s < MODELS_S + SLACK_S
        assert max(gateway.server.calls.values()) == 1


def test_the_next_model_has_as_long_as_the_one_that_hung(gateway):
    def slow(line):
        time.sleep(0.3)
        return False

    gateway.server.behaviours = {FIRST: BEHAVIOURS["hang"], NEXT: slow}
    answer = gateway.ask(fallback=True, models_s=0.4)
    assert answer.status == 504
    assert 0.35 < answer.took_s < 0.4 + SLACK_S
