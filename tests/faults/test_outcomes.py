"""Every fault comes to what docs/fallback.md says, and leaves nothing of itself in the log."""

from __future__ import annotations

import json

import examples
import pytest

from tests.faults.behaviours import BEHAVIOURS, ON_A_KEPT_CONNECTION
from tests.faults.gateway import ALONE, FIRST, NEXT, QUESTION, Answer, Gateway
from tests.faults.outcomes import OUTCOMES, PAGE, Outcome, page

SECRETS = (QUESTION, "arn:", examples.ACCOUNT, "127.0.0.1")

# An answer is what leaves a connection open, and it clears what went before.
ON_NEW_CONNECTIONS = [each for each in OUTCOMES if each.fault != ON_A_KEPT_CONNECTION]

every_fault = pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: outcome.fault)


def ask(gateway: Gateway, outcome: Outcome, *failing: str, hanging_s: float = 0.4) -> Answer:
    """One request while these profiles' models fail in this way."""
    fallback = FIRST in failing
    if outcome.fault == ON_A_KEPT_CONNECTION:
        assert gateway.ask(fallback=fallback).status == 200
    gateway.server.requests.clear()
    gateway.server.behaviours = {profile: BEHAVIOURS[outcome.fault] for profile in failing}
    return gateway.ask(fallback=fallback, models_s=hanging_s if outcome.status == 504 else 5.0)


@every_fault
def test_without_a_fallback(gateway, outcome):
    answer = ask(gateway, outcome, ALONE)
    assert (answer.status, answer.model) == (outcome.status, None)
    assert gateway.server.calls == {ALONE: outcome.calls}


@every_fault
def test_with_a_fallback(gateway, outcome):
    answer = ask(gateway, outcome, FIRST)
    if outcome.next:
        assert (answer.status, answer.model) == (200, examples.CLAUDE["id"])
        assert json.loads(answer.text)["model"] == examples.CLAUDE["id"]
        assert gateway.server.calls == {FIRST: outcome.calls, NEXT: 1}
    else:
        assert (answer.status, answer.model) == (outcome.status, None)
        assert gateway.server.calls == {FIRST: outcome.calls}


@pytest.mark.parametrize("outcome", ON_NEW_CONNECTIONS, ids=lambda outcome: outcome.fault)
def test_what_counts_opens_the_breaker_at_the_fifth_failure(gateway, outcome):
    breaker = gateway.breakers.of(examples.NOVA["id"])
    for _ in range(4):
        ask(gateway, outcome, ALONE, hanging_s=0.1)
    assert not breaker.is_open()
    ask(gateway, outcome, ALONE, hanging_s=0.1)
    assert breaker.is_open() == outcome.next


@every_fault
def test_with_every_model_failing(gateway, outcome, capsys):
    answer = ask(gateway, outcome, FIRST, NEXT)
    assert (answer.status, answer.model) == (outcome.status, None)
    assert gateway.server.calls == {FIRST: outcome.calls, **({NEXT: 1} if outcome.next else {})}
    assert_every_call_is_limited_and_guarded(gateway)
    assert_logged(outcome, answer, capsys.readouterr().out)


def assert_every_call_is_limited_and_guarded(gateway: Gateway) -> None:
    for _, request in gateway.server.requests:
        assert 1 <= request["inferenceConfig"]["maxTokens"] <= examples.ALIAS["max_tokens"]
        assert request["guardrailConfig"]["guardrailVersion"] == "7"


def assert_logged(outcome: Outcome, answer: Answer, printed: str) -> None:
    """A line for each failed attempt, and nothing of the request or of what AWS said."""
    lines = [json.loads(line) for line in printed.splitlines()]
    attempts = [line for line in lines if line["event"] == "attempt"]
    models = [examples.NOVA["id"], examples.CLAUDE["id"]][: 2 if outcome.next else 1]
    # An answer that came whole is a success to the chain, however it ended.
    assert [line["model"] for line in attempts] == (
        [] if outcome.fault == "unknown end" else models
    )
    assert not [secret for secret in SECRETS if secret in printed + answer.text]
    assert "bug" not in {line["event"] for line in lines}


def test_the_table_has_every_fault_that_the_server_can_play():
    assert [outcome.fault for outcome in OUTCOMES] == list(BEHAVIOURS)


def test_the_page_has_this_table():
    text = PAGE.read_text()
    assert page(text) == text, "run python -m tests.faults.outcomes"
