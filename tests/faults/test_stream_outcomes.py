"""F1, the streamed half: every fault, wherever it happens, has the outcome that the page says."""

from __future__ import annotations

import json

import examples
import pytest

from tests.faults.behaviours import STREAM_BEHAVIOURS
from tests.faults.gateway import ALONE, FIRST, NEXT, QUESTION, Gateway
from tests.faults.outcomes import PAGE, page
from tests.faults.stream_outcomes import CELLS, SILENT, StreamOutcome, outcome

WHOLE = "34 days."
SECRETS = (QUESTION, "arn:", examples.ACCOUNT, "127.0.0.1")
# A reset may overtake what was sent before it: the client may have heard nothing of that.
OVERTAKES = ("reset", "reset in a frame")


def data_of(text: str) -> list[str]:
    return [event.removeprefix("data: ") for event in text.strip().split("\n\n")]


def said_by(events: list[str]) -> str:
    chunks = [json.loads(event) for event in events if event != "[DONE]"]
    choices = [choice for chunk in chunks for choice in chunk.get("choices", [])]
    return "".join(choice["delta"].get("content") or "" for choice in choices)


def possible(fault: str, position: str, fallback: bool) -> list[StreamOutcome]:
    expected = [outcome(fault, position, fallback=fallback)]
    if fault in OVERTAKES and position not in SILENT:
        expected.append(outcome(fault, SILENT[-1], fallback=fallback))
        expected.append(outcome(fault, "in the middle", fallback=fallback))
    return expected


@pytest.mark.parametrize(("fault", "position", "fallback"), CELLS, ids=str)
def test_a_stream_is_whole_or_says_that_it_is_not(
    gateway: Gateway, fault, position, fallback, capsys
):
    profile = FIRST if fallback else ALONE
    gateway.server.behaviours = {profile: STREAM_BEHAVIOURS[fault, position]}
    expected = possible(fault, position, fallback)
    slow = "stall" in fault or fault in ("hang", "drip")
    answer = gateway.ask(fallback=fallback, stream=True, models_s=0.4 if slow else 5.0)
    seen = judged(answer.status, answer.text, answer.model)
    assert seen in expected
    assert gateway.server.calls[profile] == 1
    assert gateway.server.calls[NEXT] == seen.from_next
    log = capsys.readouterr().out
    assert not [secret for secret in SECRETS if secret in log + answer.text]
    assert '"bug"' not in log


def judged(status: int, text: str, model: str | None) -> StreamOutcome:
    """What a caller can tell of an answer; every word of it came once."""
    if status != 200:
        assert set(json.loads(text)["error"]) == {"message", "type", "param", "code"}
        return StreamOutcome(status, False, False)
    events = data_of(text)
    whole = events[-1] == "[DONE]"
    said = said_by(events if whole else events[:-1])
    assert (said == WHOLE) if whole else WHOLE.startswith(said)
    assert whole or "error" in json.loads(events[-1])
    return StreamOutcome(200, not whole, model == examples.CLAUDE["id"])


def test_there_are_at_least_150_cells():
    assert len(CELLS) >= 150


def test_the_page_has_this_table():
    text = PAGE.read_text()
    assert page(text) == text, "run python -m tests.faults.outcomes"
