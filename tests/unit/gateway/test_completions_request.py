"""The body of a chat request: understood or refused, with the field that is at fault."""

import base64
import json

import examples
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import completions, edge
from gateway.body import parse_object
from gateway.chat_request import ChatRequest
from gateway.errors import GatewayError

HELLO = [{"role": "user", "content": "hello"}]
GOOD = {"model": "chat-default", "messages": HELLO}


def parse(body: bytes, *, max_bytes: int) -> ChatRequest:
    fields = parse_object(body, max_bytes=max_bytes)
    completions.SHAPE.check("", fields)
    return completions.parse(fields)


REFUSED = {
    "no model": ({"messages": HELLO}, "model"),
    "a model that is no text": ({**GOOD, "model": 3}, "model"),
    "no messages": ({"model": "m"}, "messages"),
    "an empty conversation": ({**GOOD, "messages": []}, "messages"),
    "a message that is no object": ({**GOOD, "messages": ["hello"]}, "messages[0]"),
    "an unknown role": (
        {**GOOD, "messages": [{"role": "boss", "content": "x"}]},
        "messages[0].role",
    ),
    "blank content": (
        {**GOOD, "messages": [{"role": "user", "content": " "}]},
        "messages[0].content",
    ),
    "no content": ({**GOOD, "messages": [{"role": "user"}]}, "messages[0].content"),
    "an image": (
        {**GOOD, "messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
        "messages[0].content[0].image_url",
    ),
    "half a surrogate pair": (
        {**GOOD, "messages": [{"role": "user", "content": "\ud800"}]},
        "messages[0].content",
    ),
    "the assistant's word last": (
        {**GOOD, "messages": [*HELLO, {"role": "assistant", "content": "hi"}]},
        "messages",
    ),
    "an unknown field": ({**GOOD, "temprature": 1}, "temprature"),
    "an unknown field of a message": (
        {**GOOD, "messages": [{"role": "user", "content": "x", "colour": "red"}]},
        "messages[0].colour",
    ),
    "no tools": ({**GOOD, "tools": []}, "tools"),
    "a tool without a function": (
        {**GOOD, "tools": [{"type": "function"}]},
        "tools[0].function",
    ),
    "a choice of nothing": ({**GOOD, "tool_choice": "some"}, "tool_choice"),
    "an effort of nothing": ({**GOOD, "reasoning_effort": "huge"}, "reasoning_effort"),
    "a JSON object without a schema": (
        {**GOOD, "response_format": {"type": "json_object"}},
        "response_format.type",
    ),
    "an image by its address": (
        {
            **GOOD,
            "messages": [
                {
                    "role": "user",
                    "content": [{"type": "image_url", "image_url": {"url": "https://x/y.png"}}],
                }
            ],
        },
        "messages[0].content[0].image_url.url",
    ),
    "a tool's result for no call": (
        {**GOOD, "messages": [*HELLO, {"role": "tool", "content": "x"}]},
        "messages[1].tool_call_id",
    ),
    "a call with broken arguments": (
        {
            **GOOD,
            "messages": [
                {
                    "role": "assistant",
                    "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{"}}],
                },
                *HELLO,
            ],
        },
        "messages[0].tool_calls[0].function.arguments",
    ),
    "a seed of text": ({**GOOD, "seed": "x"}, "seed"),
    "a stream of text": ({**GOOD, "stream": "yes"}, "stream"),
    "a field of OpenAI's that is not served": ({**GOOD, "logit_bias": {"1": 1}}, "logit_bias"),
    "two answers": ({**GOOD, "n": 2}, "n"),
    "true answers": ({**GOOD, "n": True}, "n"),
    "a temperature of text": ({**GOOD, "temperature": "hot"}, "temperature"),
    "a temperature of true": ({**GOOD, "temperature": True}, "temperature"),
    "a temperature over one": ({**GOOD, "temperature": 1.1}, "temperature"),
    "a top_p over one": ({**GOOD, "top_p": 1.1}, "top_p"),
    "no tokens": ({**GOOD, "max_tokens": 0}, "max_tokens"),
    "a bad max_tokens beside a good max_completion_tokens": (
        {**GOOD, "max_completion_tokens": 9, "max_tokens": "x"},
        "max_tokens",
    ),
    "half a token": ({**GOOD, "max_completion_tokens": 1.5}, "max_completion_tokens"),
    "five stops": ({**GOOD, "stop": list("abcde")}, "stop"),
    "an empty stop": ({**GOOD, "stop": ""}, "stop"),
}


@pytest.mark.parametrize("mistake", REFUSED)
def test_a_mistake_is_a_400_that_names_the_field(mistake):
    body, field = REFUSED[mistake]
    with pytest.raises(GatewayError) as refused:
        parse(json.dumps(body).encode(), max_bytes=10_000)
    assert refused.value.status == 400
    assert refused.value.body["error"]["param"] == field


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"temperature": NaN}', b"[" * 9_000],
    ids=repr,
)
def test_a_body_that_is_no_json_object_is_a_400(body):
    with pytest.raises(GatewayError) as refused:
        parse(body, max_bytes=10_000)
    assert refused.value.status == 400


def test_a_body_in_utf_16_is_refused():
    with pytest.raises(GatewayError, match="UTF-8"):
        parse(json.dumps(GOOD).encode("utf-16"), max_bytes=10_000)


def test_null_and_hints_for_openai_are_as_good_as_nothing():
    body = {**GOOD, "tools": None, "stream": False, "user": "u1", "temperature": None, "n": 1}
    asked = parse(json.dumps(body).encode(), max_bytes=10_000)
    assert (asked.alias, asked.question, asked.parameters) == ("chat-default", "hello", {})


@given(st.binary(max_size=300))
def test_no_bytes_whatever_are_anything_but_a_request_or_a_400(body):
    try:
        parse(body, max_bytes=10_000)
    except GatewayError as refused:
        assert refused.status == 400


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    ),
    st.sampled_from([*GOOD, "stop", "temperature", "top_p", "max_tokens", "n", "stream", "tools"]),
)
def test_no_value_of_a_field_is_anything_but_accepted_or_a_400(value, field):
    try:
        parse(json.dumps({**GOOD, field: value}).encode(), max_bytes=1_000_000)
    except GatewayError as refused:
        assert refused.status == 400


def body_of(event: dict[str, object]) -> bytes:
    seen = []

    def route(request: edge.Request) -> edge.Reply:
        seen.append(request.body)
        return edge.Reply({})

    edge.respond(event, examples.Context(), route, settings=examples.settings())
    return seen[0]


def test_a_body_in_base64_is_decoded():
    coded = base64.b64encode("héllo".encode()).decode()
    event = {**examples.event("chat"), "body": coded, "isBase64Encoded": True}
    assert body_of(event) == "héllo".encode()


def test_a_body_that_is_not_base64_although_it_says_so_is_a_400():
    event = {**examples.event("chat"), "body": "é", "isBase64Encoded": True}
    answer = edge.respond(
        event, examples.Context(), lambda request: edge.Reply({}), settings=examples.settings()
    )
    assert answer.status == 400
