"""F8 at about a tenth: a request sent many times at once is carried out and paid for once."""

from __future__ import annotations

import pytest

from gateway.errors import GatewayError
from gateway.idempotency import once
from tests.fakes.dynamodb import BROKEN, HANGS, RESETS, THROTTLED, Dynamodb
from tests.fakes.requests import request
from tests.fakes.tables import KEYS
from tests.faults import runs
from tests.faults.payers import client, settings


def test_every_key_is_run_once_paid_once_and_answered_alike():
    ran = runs.replays(100, 5)
    assert dict(ran.runs) == dict.fromkeys(range(100), 1)
    assert {key: len(answers) for key, answers in ran.answers.items()} == dict.fromkeys(
        range(100), 1
    )
    assert ran.month.requests == 100
    assert ran.month.committed == ran.month.spent == 100 * 100


@pytest.mark.parametrize("fault", [BROKEN, HANGS, RESETS, THROTTLED])
def test_nothing_is_run_while_the_store_is_down(fault):
    asked = request(left_s=0.3, headers={"idempotency-key": "k"})
    with Dynamodb(KEYS) as store, client(store.url) as aws:
        store.fault = lambda *_: fault
        with pytest.raises(GatewayError) as refused:
            once(asked, pytest.fail, settings=settings(budget=1), upstream=aws)
    assert refused.value.status == 503
