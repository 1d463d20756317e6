"""S5: a guardrail that gives no answer stops the request, wherever it is asked, whatever failed."""

import json
import time
from typing import Any

import examples
import pytest
from verdicts import FINE, blocked

from gateway.aws import AwsError, TimedOut, Unreachable, UpstreamFailure
from gateway.settings import Guardrail
from gateway.verdict import judge
from tests.faults.behaviours import BEHAVIOURS, ON_A_KEPT_CONNECTION
from tests.faults.guardrail_places import NAME, Place, places
from tests.robustness.always import USAGE, Always
from tests.robustness.gateway import SEARCH, Gateway
from tests.robustness.guarding import settings

FAULTS: dict[str, Any] = {
    "throttled": AwsError(429, "ThrottlingException"),
    "failed": AwsError(500, "InternalServerException"),
    "unavailable": AwsError(503, "ServiceUnavailableException"),
    "denied": AwsError(403, "AccessDeniedException"),
    "not found": AwsError(404, "ResourceNotFoundException"),
    "refused": AwsError(400, "ValidationException"),
    "over a quota": AwsError(400, "ServiceQuotaExceededException"),
    "too slow": TimedOut("no answer in time"),
    "cut": Unreachable("reset"),
    "no JSON": UpstreamFailure("the answer is not JSON"),
    "nothing": {},
    "no action": {**FINE, "action": None},
    "an action that nobody knows": {**FINE, "action": "ALLOWED"},
    "an action in other letters": {**FINE, "action": "none"},
    "an intervention without words": {"action": "GUARDRAIL_INTERVENED", "outputs": None},
    "words that are none": {"action": "GUARDRAIL_INTERVENED", "outputs": [{"text": 7}]},
}
SECRET = "Kyoto"  # the argument of the model's tool call
PASSAGE = "The refund window"  # what the documents say
PLACES = list(places())
OURS = Guardrail("gr1", "7")


class Failing(Always):
    """Its guardrail answers so when it is asked about this source, and has nothing against the
    other."""

    def __init__(self, place: Place, verdict: Any) -> None:
        super().__init__()
        self._place, self._verdict = place, verdict
        self.asked = 0

    def apply_guardrail(
        self, guardrail_id: str, version: str, request: Any, deadline: float
    ) -> Any:
        if request["source"] != self._place.source:
            return FINE
        self.asked += 1
        if isinstance(self._verdict, Exception):
            raise self._verdict
        return self._verdict

    def converse(self, model_id: str, request: Any, deadline: float) -> Any:
        answer = super().converse(model_id, request, deadline)
        return using_a_tool() if self._place.calls else answer

    def converse_stream(self, model_id: str, request: Any, deadline: float, check: Any) -> Any:
        stream = super().converse_stream(model_id, request, deadline, check)
        if self._place.calls:
            stream._events = (event for event in calling())
        return stream


def using_a_tool() -> dict[str, Any]:
    use = {"toolUse": {"toolUseId": "c2", "name": NAME, "input": {"city": SECRET}}}
    message = {"role": "assistant", "content": [use]}
    return {"output": {"message": message}, "stopReason": "tool_use", "usage": USAGE}


def calling() -> list[dict[str, Any]]:
    at = {"contentBlockIndex": 0}
    piece = {"toolUse": {"input": json.dumps({"city": SECRET})}}
    return [
        {"messageStart": {"role": "assistant"}},
        {"contentBlockStart": {**at, "start": {"toolUse": {"toolUseId": "c2", "name": NAME}}}},
        {"contentBlockDelta": {**at, "delta": piece}},
        {"contentBlockStop": at},
        {"messageStop": {"stopReason": "tool_use"}},
        {"metadata": {"usage": USAGE, "metrics": {"latencyMs": 1}}},
    ]


def told(place: Place, verdict: Any) -> tuple[int, str, Failing]:
    gateway = Gateway(settings())
    gateway.aws = Failing(place, verdict)
    status, _, body = gateway.send("POST", place.route, json.dumps(place.body).encode())
    return status, body.decode(), gateway.aws


def label(place: Place) -> str:
    return f"{place.route}: {place.what}"


@pytest.mark.parametrize("place", PLACES, ids=label)
def test_the_request_goes_well_where_the_guardrail_answers(place):
    status, text, aws = told(place, FINE)
    assert (status, bool(aws.asked)) == (200, True), text
    assert (SECRET in text) == place.calls


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("place", PLACES, ids=label)
def test_nothing_unjudged_is_told_or_asked_when_the_guardrail_fails(place, fault):
    status, text, aws = told(place, FAULTS[fault])
    assert aws.asked
    assert SECRET not in text and PASSAGE not in text
    assert reached(place, aws) == (place.source == "OUTPUT")
    assert status >= 400 or broke_off(text), text
    assert examples.ACCOUNT not in text


def reached(place: Place, aws: Failing) -> bool:
    """Whether the model was asked, or the documents where no model is."""
    return bool(aws.retrieved if place.route == SEARCH else aws.models)


def broke_off(text: str) -> bool:
    """A stream that had begun ends in an explicit error, and in no dialect's end."""
    ended = ("[DONE]", "response.completed", "message_stop")
    return '"error"' in text and not any(end in text for end in ended)


@pytest.mark.parametrize("place", PLACES, ids=label)
def test_a_block_is_told_as_one(place):
    _, text, aws = told(place, blocked("Not here."))
    assert SECRET not in text and PASSAGE not in text
    assert "Not here." in text or place.what.startswith("cited")
    assert reached(place, aws) == (place.source == "OUTPUT")


def test_there_are_places_on_every_route_that_takes_words():
    routes = {"/v1/chat/completions", "/v1/responses", "/v1/messages", "/v1/embeddings", SEARCH}
    assert {place.route for place in PLACES} == routes
    assert len(PLACES) * len(FAULTS) >= 400


@pytest.mark.parametrize("fault", sorted(set(BEHAVIOURS) - {ON_A_KEPT_CONNECTION}))
def test_on_the_wire_no_fault_of_the_outcome_table_lets_a_text_pass(gateway, fault):
    gateway.server.behaviours = {OURS.version: BEHAVIOURS[fault]}
    with pytest.raises(UpstreamFailure):
        judge("INPUT", ["x"], OURS, gateway.aws, time.monotonic() + 0.2)
    assert gateway.server.calls == {OURS.version: 1}  # a question is not asked twice
