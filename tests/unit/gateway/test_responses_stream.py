"""A streamed response, read by OpenAI's own client from the bytes that the gateway sends."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, get_args

import converse_answers as answers
import httpx2
import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types import responses as types
from test_responses_whole import PASSAGE, head

from gateway import responses
from gateway.errors import GatewayError, bad_gateway, rate_limited
from gateway.grounds import Shown
from gateway.knowledge import Passage

EVENTS = {
    str(get_args(event.model_fields["type"].annotation)[0]): event
    for event in get_args(get_args(types.ResponseStreamEvent)[0])
}
USE = {"toolUseId": "tooluse_1", "name": "weather", "input": {"city": "Zürich"}}
CALL = {"toolUse": USE}


def streamed(
    told: answers.Answer, passages: Sequence[Passage] = (), size: int = 3, **asked: Any
) -> bytes:
    says = responses.renderer(head(stream=True, **asked))
    said = [says.start(), *(says.delta(event) for event in answers.deltas(told, size))]
    return b"".join((*said, says.end(told["stopReason"], told["usage"], Shown(passages, False))))


def broken_off(error: GatewayError, *content: dict[str, Any]) -> bytes:
    says = responses.renderer(head(stream=True))
    said = [
        says.start(),
        *(says.delta(event) for event in answers.deltas(answers.answer(*content))),
    ]
    return b"".join((*said, says.failed(error)))


def events(sent: bytes) -> Iterator[dict[str, Any]]:
    """As a reader without a library finds them; the name stands before the data."""
    for event in sent.decode("ascii").removesuffix("\n\n").split("\n\n"):
        name, data = event.split("\n")
        read = json.loads(data.removeprefix("data: "))
        assert name == f"event: {read['type']}"
        yield read


@pytest.fixture
def client():
    sent: list[bytes] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=sent[0])

    http = httpx2.Client(transport=httpx2.MockTransport(answer))
    with openai.OpenAI(
        api_key="sk-strata-x", base_url="http://localhost/v1", http_client=http, max_retries=0
    ) as client:
        yield client, sent


def read(client: Any, bytes_sent: bytes) -> list[Any]:
    openai_client, sent = client
    sent[:] = [bytes_sent]
    return list(openai_client.responses.create(model="m", input="x", stream=True))


def accumulated(client: Any, bytes_sent: bytes) -> Any:
    openai_client, sent = client
    sent[:] = [bytes_sent]
    with openai_client.responses.stream(model="m", input="x") as stream:
        return stream.get_final_response()


@settings(deadline=None, derandomize=True)
@given(answers.answers, answers.passages, st.integers(1, 9))
def test_every_event_is_one_of_openais(told, passages, size):
    for number, event in enumerate(events(streamed(told, passages, size))):
        read = EVENTS[event["type"]].model_validate(event, strict=True)
        assert read.sequence_number == number


@settings(deadline=None, derandomize=True)
@given(answers.answers, answers.passages, st.integers(1, 9))
def test_the_last_event_holds_what_a_whole_answer_would_be(told, passages, size):
    *_, last = events(streamed(told, passages, size))
    assert last["type"] == f"response.{last['response']['status']}"
    assert last["response"] == responses.whole(head(stream=True), told, Shown(passages, False))


@settings(deadline=None, derandomize=True)
@given(answers.answers, answers.passages, st.integers(1, 9))
def test_an_item_is_added_said_and_done(told, passages, size):
    added, said, done = {}, {}, {}
    for event in events(streamed(told, passages, size)):
        if event["type"] == "response.output_item.added":
            assert list(added) == list(done), "one item at a time"
            added[event["output_index"]] = event["item"]
        elif event["type"].endswith(".delta"):
            said[event["output_index"]] = said.get(event["output_index"], "") + event["delta"]
        elif event["type"] == "response.output_item.done":
            done[event["output_index"]] = event["item"]
    *_, last = events(streamed(told, passages, size))
    assert list(done.values()) == last["response"]["output"]
    assert [item["id"] for item in added.values()] == [item["id"] for item in done.values()]
    assert list(said.values()) == [words(item) for item in done.values()]


def words(item: dict[str, Any]) -> str:
    return item["arguments"] if "arguments" in item else item["content"][0]["text"]


def test_the_order_is_openais():
    told = answers.answer({"text": "Let me see."}, CALL, stop="tool_use")
    names = [event["type"].removeprefix("response.") for event in events(streamed(told, size=50))]
    assert names == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
        "completed",
    ]


def test_the_client_puts_a_text_together(client):
    sent = streamed(answers.answer({"text": "The window is 34 days — 日本."}))
    said = [event.delta for event in read(client, sent) if event.type.endswith("text.delta")]
    assert "".join(said) == "The window is 34 days — 日本."
    assert accumulated(client, sent).output_text == "The window is 34 days — 日本."


def test_the_client_puts_a_call_together(client):
    final = accumulated(client, streamed(answers.answer(CALL, stop="tool_use")))
    assert (final.output[0].call_id, final.output[0].name) == ("tooluse_1", "weather")
    assert json.loads(final.output[0].arguments) == {"city": "Zürich"}


def test_a_call_without_arguments_has_an_empty_object(client):
    told = answers.answer({"toolUse": {**USE, "input": {}}}, stop="tool_use")
    assert accumulated(client, streamed(told)).output[0].arguments == "{}"


def test_the_client_has_the_usage_and_the_citations(client):
    told = answers.answer({"text": "34 days."}, cacheReadInputTokens=7)
    final = accumulated(client, streamed(told, [PASSAGE]))
    assert (final.usage.input_tokens, final.usage.input_tokens_details.cached_tokens) == (17, 7)
    assert final.output[0].content[0].annotations[0].url == "handbook/returns.md"
    assert final.x_strata["citations"][0]["passage"] == "34 days."


def test_citations_come_before_the_text_is_done():
    sent = streamed(answers.answer({"text": "34 days."}), [PASSAGE])
    names = [event["type"] for event in events(sent)]
    cited = names.index("response.output_text.annotation.added")
    assert names[cited + 1] == "response.output_text.done"


def test_the_client_is_told_that_an_answer_is_cut_short(client):
    *_, last = read(client, streamed(answers.answer({"text": "a"}, stop="max_tokens")))
    assert last.type == "response.incomplete"
    assert last.response.incomplete_details.reason == "max_output_tokens"


def test_an_answer_without_a_word_is_a_response_without_items(client):
    assert accumulated(client, streamed(answers.answer())).output == []


def test_reasoning_is_not_shown():
    hidden = {"reasoningContent": {"reasoningText": {"text": "Let me think."}}}
    assert streamed(answers.answer(hidden, {"text": "34"})).count(b"output_item.added") == 2


def test_the_client_parses_what_was_asked_for_as_a_schema(client):
    openai_client, sent = client
    sent[:] = [streamed(answers.answer({"text": '{"days": 34}'}))]

    class Window(openai.BaseModel):
        days: int

    with openai_client.responses.stream(model="m", input="x", text_format=Window) as stream:
        assert stream.get_final_response().output_parsed.days == 34


@pytest.mark.parametrize("content", [(), ({"text": "The win"},), ({"text": "a"}, CALL)])
@pytest.mark.parametrize("error", [bad_gateway("The stream broke off."), rate_limited(5)])
def test_a_failure_is_raised_by_the_client_however_it_reads(client, content, error):
    sent = broken_off(error, *content)
    with pytest.raises(openai.APIError, match=str(error)) as raised:
        read(client, sent)
    assert raised.value.code == error.code
    with pytest.raises(openai.APIError, match=str(error)):
        accumulated(client, sent)


def test_a_failure_is_found_by_who_reads_types():
    *_, failed, last = events(broken_off(bad_gateway("It broke off."), {"text": "The win"}))
    assert (failed["type"], failed["response"]["status"]) == ("response.failed", "failed")
    assert failed["response"]["error"] == {"code": "server_error", "message": "It broke off."}
    assert (last["type"], last["code"], last["message"]) == (
        "error",
        "bad_gateway",
        "It broke off.",
    )
    for event in (failed, last):
        EVENTS[event["type"]].model_validate(event, strict=True)


def test_no_failure_looks_like_an_end():
    sent = broken_off(bad_gateway(), {"text": "The win"})
    assert b"response.completed" not in sent and b"[DONE]" not in sent


def test_half_a_surrogate_pair_breaks_no_event():
    assert list(events(streamed(answers.answer({"text": "a\ud83d"}))))
