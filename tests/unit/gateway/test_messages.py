"""Anthropic's Messages as its own SDK reads them: whole, streamed, and broken off."""

import json
from collections.abc import Iterator
from typing import Any

import anthropic
import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter

from gateway import errors, messages
from gateway.body import parse_object
from gateway.chat_request import ChatRequest
from gateway.dialect import Head
from gateway.errors import GatewayError
from gateway.grounds import Shown
from gateway.knowledge import Passage
from gateway.settings import Price, Target

MODEL = "us.anthropic.claude-sonnet-5-5"
TARGET = Target(MODEL, "Anthropic", frozenset(), None, None, Price(1, 1, 1, 1), None, MODEL)
EVENT: TypeAdapter[Any] = TypeAdapter(anthropic.types.RawMessageStreamEvent)
HELLO = {"role": "user", "content": "hello"}
USAGE = {"inputTokens": 7, "outputTokens": 5, "totalTokens": 12}
NOTHING = Shown()
PASSAGE = Passage("handbook/refunds.md", 0.83, "34 days.", 1, None)
TOOL_USE = {"toolUse": {"toolUseId": "t1", "name": "weather", "input": {"city": "Rome", "days": 3}}}
THINKING = {"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": "c2ln"}}}
REDACTED = {"reasoningContent": {"redactedContent": "c2VjcmV0"}}


def head(**parameters: Any) -> Head:
    return Head("r1", 1_795_000_000, TARGET, ChatRequest("chat-default", (), 16, parameters))


def answer(*blocks: dict[str, Any], stop: str = "end_turn", **usage: int) -> dict[str, Any]:
    """What Converse answers."""
    message = {"role": "assistant", "content": list(blocks)}
    return {"output": {"message": message}, "stopReason": stop, "usage": {**USAGE, **usage}}


def pieces(text: str) -> list[str]:
    return [text[i : i + 3] for i in range(0, len(text), 3)]


def events(*blocks: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same blocks as ConverseStream tells them, in pieces of three characters."""
    for i, block in enumerate(blocks):
        at = {"contentBlockIndex": i}
        if use := block.get("toolUse"):
            start = {"toolUseId": use["toolUseId"], "name": use["name"]}
            yield {"contentBlockStart": {"start": {"toolUse": start}, **at}}
        for delta in deltas(block):
            yield {"contentBlockDelta": {"delta": delta, **at}}
        yield {"contentBlockStop": at}


def deltas(block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "text" in block:
        yield from ({"text": piece} for piece in pieces(block["text"]))
    elif "toolUse" in block:
        written = pieces(json.dumps(block["toolUse"]["input"]))
        yield from ({"toolUse": {"input": piece}} for piece in ["", *written])
    else:
        reasoning = block["reasoningContent"]
        for name, value in reasoning.get("reasoningText", reasoning).items():
            parts = [value] if name == "redactedContent" else pieces(value)
            yield from ({"reasoningContent": {name: piece}} for piece in parts)


def streamed(
    answer: dict[str, Any], head: Head, shown: Shown, error: GatewayError | None
) -> Iterator[bytes]:
    told = messages.renderer(head)
    yield told.start()
    yield from map(told.delta, events(*answer["output"]["message"]["content"]))
    if error is None:
        yield told.end(answer["stopReason"], answer["usage"], shown)
    else:
        yield told.failed(error)


class Gateway:
    """Answers the SDK from a script, in its process; `asked` is what it has understood."""

    def __init__(
        self,
        answer: dict[str, Any],
        shown: Shown = NOTHING,
        *,
        error: GatewayError | None = None,
        refusal: GatewayError | None = None,
    ) -> None:
        self._answer, self._shown = answer, shown
        self._error, self._refusal = error, refusal
        self.client = anthropic.Anthropic(
            api_key="sk-strata-x",
            base_url="http://127.0.0.1:1",
            max_retries=0,
            http_client=httpx2.Client(transport=httpx2.MockTransport(self._respond)),
        )

    def __enter__(self) -> anthropic.Anthropic:
        return self.client

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def _respond(self, request: httpx2.Request) -> httpx2.Response:
        try:
            if self._refusal:
                raise self._refusal
            fields = parse_object(request.content, max_bytes=1_000_000)
            messages.SHAPE.check("", fields)
            self.asked = messages.parse(fields)
        except GatewayError as refused:
            return httpx2.Response(refused.status, json=messages.error(refused, "r1"))
        about = head(**self.asked.parameters)
        if self.asked.stream:
            body = streamed(self._answer, about, self._shown, self._error)
            return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=body)
        return httpx2.Response(200, json=messages.whole(about, self._answer, self._shown))


ASK: dict[str, Any] = {"model": "chat-default", "max_tokens": 16, "messages": [HELLO]}


def test_a_whole_message():
    with Gateway(
        answer({"text": "Hi."}, cacheReadInputTokens=3, cacheWriteInputTokens=2)
    ) as client:
        message = client.messages.create(**ASK)
    anthropic.types.Message.model_validate(message.to_dict(), strict=True)
    assert message.to_dict() == {
        "id": "msg_r1",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": [{"type": "text", "text": "Hi."}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": 7,
            "cache_creation_input_tokens": 2,
            "cache_read_input_tokens": 3,
            "output_tokens": 5,
        },
    }


def test_a_text_is_streamed_as_it_comes():
    with (
        Gateway(answer({"text": "Hello, you."})) as client,
        client.messages.stream(**ASK) as stream,
    ):
        assert list(stream.text_stream) == ["Hel", "lo,", " yo", "u."]
        assert stream.get_final_message().stop_reason == "end_turn"


def test_the_events_of_a_stream_in_anthropics_order():
    told = answer(THINKING, {"text": "Hi."}, TOOL_USE, stop="tool_use")
    with Gateway(told) as client, client.messages.create(**ASK, stream=True) as stream:
        types = [event.type for event in stream]
    assert list(dict.fromkeys(types)) == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert types.count("content_block_start") == types.count("content_block_stop") == 3


def test_a_tools_input_is_put_together():
    with (
        Gateway(answer(TOOL_USE, stop="tool_use")) as client,
        client.messages.stream(**ASK) as stream,
    ):
        [block] = stream.get_final_message().content
    assert block.to_dict() == {
        "type": "tool_use",
        "id": "t1",
        "name": "weather",
        "input": {"city": "Rome", "days": 3},
    }


def test_an_answer_may_go_back_as_history():
    told = answer(THINKING, REDACTED, {"text": "Wait."}, TOOL_USE, stop="tool_use")
    gateway = Gateway(told)
    result = {"type": "tool_result", "tool_use_id": "t1", "content": "Sunny."}
    weather = {"name": "weather", "input_schema": {"type": "object"}}
    with gateway as client:
        first = client.messages.create(**ASK, tools=[weather])
        again = [HELLO, first.to_param(), {"role": "user", "content": [result]}]
        client.messages.create(**{**ASK, "messages": again}, tools=[weather])
    assert list(gateway.asked.messages[1].blocks) == told["output"]["message"]["content"]


def test_a_schema_is_the_sdks_own_structured_output():
    class City(BaseModel):
        name: str

    gateway = Gateway(answer({"text": '{"name": "Rome"}'}))
    with gateway as client:
        parsed = client.messages.parse(**ASK, output_format=City)
    assert parsed.parsed_output == City(name="Rome")
    assert gateway.asked.parameters["response_format"]["schema"]["required"] == ["name"]


STOPS = {
    "end_turn": "end_turn",
    "max_tokens": "max_tokens",
    "stop_sequence": "stop_sequence",
    "tool_use": "tool_use",
    "model_context_window_exceeded": "model_context_window_exceeded",
    "guardrail_intervened": "refusal",
    "content_filtered": "refusal",
}


@pytest.mark.parametrize("reason", STOPS)
def test_the_reason_to_stop(reason):
    told = messages.whole(head(), answer({"text": "Hi."}, stop=reason), NOTHING)
    assert told["stop_reason"] == STOPS[reason]
    assert anthropic.types.Message.model_validate(told, strict=True)


def test_the_only_stop_sequence_is_the_one_that_stopped_it():
    told = answer({"text": "Hi."}, stop="stop_sequence")
    assert messages.whole(head(stop=["END"]), told, NOTHING)["stop_sequence"] == "END"
    assert messages.whole(head(stop=["END", "STOP"]), told, NOTHING)["stop_sequence"] is None
    assert messages.whole(head(stop=["END"]), answer(), NOTHING)["stop_sequence"] is None


CITED = {
    "refused": False,
    "citations": [
        {"document": "handbook/refunds.md", "rank": 1, "score": 0.83, "passage": "34 days."}
    ],
}


def test_passages_are_cited_beside_the_message():
    with Gateway(answer({"text": "34 days."}), Shown([PASSAGE], False)) as client:
        assert client.messages.create(**ASK).to_dict()["x_strata"] == CITED


def test_passages_are_cited_at_the_end_of_a_stream():
    with (
        Gateway(answer({"text": "34 days."}), Shown([PASSAGE], False)) as client,
        client.messages.create(**ASK, stream=True) as stream,
    ):
        [last] = [event.to_dict() for event in stream if event.type == "message_delta"]
    assert last["x_strata"] == CITED


def test_a_stream_that_breaks_off_is_an_error_to_the_sdk():
    with (
        Gateway(answer({"text": "Half an ans"}), error=errors.bad_gateway()) as client,
        client.messages.stream(**ASK) as stream,
        pytest.raises(anthropic.APIStatusError) as failed,
    ):
        stream.get_final_message()
    assert failed.value.type == "api_error"
    assert failed.value.body == {
        "type": "error",
        "error": {"type": "api_error", "message": "A service behind the gateway failed."},
        "request_id": "r1",
    }


def test_a_broken_stream_has_no_last_event():
    told = messages.renderer(head())
    said = told.start() + told.delta({"contentBlockDelta": {"delta": {"text": "Half"}}})
    said += told.failed(errors.timed_out())
    assert b"message_delta" not in said
    assert b"message_stop" not in said
    assert said.endswith(b'"request_id":"r1"}\n\n')


def test_a_block_that_bedrock_does_not_end_is_ended_by_the_next():
    told = messages.renderer(head())
    thought = {"contentBlockDelta": {"delta": {"reasoningContent": {"text": "Hm."}}}}
    said = told.delta(thought) + told.delta({"contentBlockDelta": {"delta": {"text": "Hi."}}})
    said += told.end("end_turn", USAGE, Shown())
    indices = [line for line in said.split(b"\n") if b'"content_block_st' in line]
    assert [b'"index":%d' % at in line for at, line in zip([0, 0, 1, 1], indices, strict=True)] == (
        [True] * 4
    )


def test_what_anthropic_has_no_word_for_is_left_out_of_a_stream():
    told = messages.renderer(head())
    for event in (
        {"contentBlockStart": {"start": {"image": {"format": "png"}}}},
        {"contentBlockDelta": {"delta": {"citation": {"title": "x"}}}},
        {"contentBlockDelta": {"delta": {"text": ""}}},
        {"contentBlockStop": {"contentBlockIndex": 0}},
    ):
        assert told.delta(event) == b""


REFUSALS = [
    (errors.invalid("top_k", "No."), anthropic.BadRequestError, "invalid_request_error"),
    (GatewayError(401, "t", "c", "No."), anthropic.AuthenticationError, "authentication_error"),
    (errors.forbidden("No."), anthropic.PermissionDeniedError, "permission_error"),
    (errors.model_not_found("m", []), anthropic.NotFoundError, "not_found_error"),
    (errors.conflict("No."), anthropic.ConflictError, "conflict_error"),
    (errors.too_large(9), anthropic.APIStatusError, "request_too_large"),
    (errors.throttled(), anthropic.RateLimitError, "rate_limit_error"),
    (errors.insufficient_quota("2026-12-01"), anthropic.RateLimitError, "rate_limit_error"),
    (errors.internal(), anthropic.InternalServerError, "api_error"),
    (errors.bad_gateway(), anthropic.InternalServerError, "api_error"),
    (errors.quota_unavailable(), anthropic.InternalServerError, "overloaded_error"),
    (errors.timed_out(), anthropic.InternalServerError, "timeout_error"),
]


@pytest.mark.parametrize(("refusal", "raised", "type"), REFUSALS, ids=lambda value: str(value))
def test_an_error_has_anthropics_type_for_its_status(refusal, raised, type):
    with Gateway(answer(), refusal=refusal) as client, pytest.raises(raised) as refused:
        client.messages.create(**ASK)
    assert (refused.value.type, refused.value.api_message) == (type, str(refusal))


WORDS = st.text(max_size=12)
INPUTS = st.dictionaries(
    WORDS, st.recursive(st.integers() | WORDS | st.none(), st.lists), max_size=3
)
BLOCKS = st.one_of(
    st.builds(lambda text: {"text": text}, WORDS),
    st.builds(
        lambda given: {"toolUse": {"toolUseId": "t1", "name": "weather", "input": given}}, INPUTS
    ),
    st.builds(
        lambda text, signature: {
            "reasoningContent": {"reasoningText": {"text": text, "signature": signature}}
        },
        WORDS,
        WORDS,
    ),
    st.just({"reasoningContent": {"reasoningText": {"text": "unsigned"}}}),
    st.just(REDACTED),
)
ANSWERS = st.builds(
    lambda blocks, stop, read: answer(*blocks, stop=stop, cacheReadInputTokens=read),
    st.lists(BLOCKS, max_size=4),
    st.sampled_from(sorted(STOPS)),
    st.integers(0, 9),
)


@settings(deadline=None)
@given(ANSWERS, st.lists(WORDS.filter(bool), max_size=2))
def test_a_stream_adds_up_to_the_whole(told, stops):
    with Gateway(told) as client:
        whole = client.messages.create(**ASK, stop_sequences=stops)
        with client.messages.stream(**ASK, stop_sequences=stops) as stream:
            final = stream.get_final_message().to_dict()
    assert final.pop("stop_details") is None  # the SDK's own
    assert final == whole.to_dict()


@settings(deadline=None)
@given(ANSWERS)
def test_every_event_is_one_that_the_sdk_knows(told):
    body = b"".join(streamed(told, head(), Shown([PASSAGE], False), None)).decode()
    for event in body.removesuffix("\n\n").split("\n\n"):
        name, data = event.split("\n")
        parsed = json.loads(data.removeprefix("data: "))
        assert name == f"event: {parsed['type']}"
        EVENT.validate_python(parsed, strict=True)
