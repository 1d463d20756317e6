"""The body of a response: what is read of it, and by which name the rest is refused."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator

from gateway import responses
from gateway.chat_request import ChatRequest, Message
from gateway.errors import GatewayError

IMAGE = "data:image/png;base64,iVBORw0KGgo="
TOOL = {"type": "function", "name": "weather", "parameters": {"type": "object"}, "strict": True}
CALL = {
    "type": "function_call",
    "id": "fc_1",
    "call_id": "call_1",
    "name": "weather",
    "arguments": '{"city":"Bern"}',
    "status": "completed",
}
RESULT = {"type": "function_call_output", "call_id": "call_1", "output": "12 degrees"}
ASKED = {"role": "user", "content": "And tomorrow?"}
PUBLISHED = Draft202012Validator(responses.SHAPE.schema())
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}


def parse(**fields: Any) -> ChatRequest:
    body = {"model": "chat-default", "input": "Hello", **fields}
    responses.SHAPE.check("", body)
    return responses.parse(body)


def refusal(**fields: Any) -> GatewayError:
    with pytest.raises(GatewayError) as refused:
        parse(**fields)
    assert refused.value.status == 400
    return refused.value


def messages(*items: Any) -> tuple[Message, ...]:
    return parse(input=list(items)).messages


def test_a_text_is_what_the_user_says():
    asked = parse(input="Hello")
    assert asked.alias == "chat-default"
    assert asked.messages == (Message("user", ({"text": "Hello"},)),)
    assert (asked.max_tokens, asked.parameters, asked.stream) == (None, {}, False)


def test_instructions_stand_before_everything_else():
    asked = parse(instructions="Be brief.", input=[{"role": "developer", "content": "x"}, ASKED])
    assert [message.role for message in asked.messages] == ["system", "developer", "user"]
    assert asked.messages[0].text == "Be brief."


@pytest.mark.parametrize("role", ["user", "system", "developer", "assistant"])
@pytest.mark.parametrize("type", ["input_text", "output_text"])
def test_a_message_is_a_text_or_parts_of_text(role, type):
    parts = [{"type": type, "text": "One."}, {"type": type, "text": "Two."}]
    as_text = messages(ASKED, {"role": role, "content": "One."}, ASKED)[1]
    as_parts = messages(ASKED, {"type": "message", "role": role, "content": parts}, ASKED)[1]
    assert as_text == Message(role, ({"text": "One."},))
    assert as_parts == Message(role, ({"text": "One."}, {"text": "Two."}))


def test_a_user_shows_an_image():
    parts = [
        {"type": "input_image", "image_url": IMAGE, "detail": "auto"},
        {"type": "input_text", "text": "What is it?"},
    ]
    [message] = messages({"role": "user", "content": parts})
    assert message.blocks[0] == {"image": {"format": "png", "source": {"bytes": "iVBORw0KGgo="}}}
    assert message.text == "What is it?"


def test_a_call_and_its_output_are_a_turn_each():
    _, call, result = messages(ASKED, CALL, RESULT)
    assert call.role == "assistant"
    assert call.blocks == (
        {"toolUse": {"toolUseId": "call_1", "name": "weather", "input": {"city": "Bern"}}},
    )
    assert result.role == "tool"
    assert result.blocks == (
        {"toolResult": {"toolUseId": "call_1", "content": [{"text": "12 degrees"}]}},
    )


def test_an_output_may_be_parts_of_text():
    parts = [{"type": "input_text", "text": "12"}, {"type": "input_text", "text": "degrees"}]
    result = messages(ASKED, CALL, {**RESULT, "output": parts})[-1]
    assert result.blocks[0]["toolResult"]["content"] == [{"text": "12"}, {"text": "degrees"}]


def test_reasoning_is_taken_and_not_sent_on():
    reasoning = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x"}
    assert messages(ASKED, reasoning, CALL, RESULT) == messages(ASKED, CALL, RESULT)


def test_a_message_need_not_say_that_it_is_one():
    assert messages({**ASKED, "type": None}) == messages({**ASKED, "type": "message"})


def test_a_model_that_has_said_nothing_has_no_turn():
    assert messages({"role": "assistant", "content": ""}, ASKED) == messages(ASKED)


def test_parameters_have_the_names_of_openais_chat():
    asked = parse(
        temperature=0.5,
        top_p=1,
        tools=[{**TOOL, "description": "The weather."}],
        tool_choice={"type": "function", "name": "weather"},
        reasoning={"effort": "low", "summary": "auto"},
        text={"format": {"type": "json_schema", "name": "a", "schema": SCHEMA, "strict": True}},
    )
    function = {"name": "weather", "description": "The weather.", "parameters": {"type": "object"}}
    assert asked.parameters == {
        "temperature": 0.5,
        "top_p": 1,
        "tools": [function],
        "tool_choice": ["weather"],
        "reasoning_effort": "low",
        "response_format": {"name": "a", "schema": SCHEMA, "strict": True},
    }


@pytest.mark.parametrize("mode", ["auto", "none", "required"])
def test_a_mode_chooses_tools(mode):
    assert parse(tools=[TOOL], tool_choice=mode).parameters["tool_choice"] == mode


@pytest.mark.parametrize(
    "fields",
    [
        {"text": {"format": {"type": "text"}}},
        {"text": {}},
        {"reasoning": {"effort": None}},
        {"parallel_tool_calls": True},
        {"tools": []},
        {"store": True},
        {"user": "u", "safety_identifier": "s", "prompt_cache_key": "k", "service_tier": "flex"},
        {"truncation": "disabled", "include": [], "background": False},
        {"stream_options": {"include_obfuscation": False}},
    ],
)
def test_what_asks_for_nothing_asks_nothing_of_a_model(fields):
    assert parse(**fields).parameters == {}


def test_one_call_at_a_time_is_a_parameter_for_the_alias_to_judge():
    assert parse(parallel_tool_calls=False).parameters == {"parallel_tool_calls": False}


def test_null_is_what_is_left_out():
    plain = parse()
    for name in set(responses.SHAPE.fields) - {"model", "input"}:
        assert parse(**{name: None}) == plain, name


def test_the_length_and_the_stream_are_read():
    asked = parse(max_output_tokens=99.0, stream=True)
    assert (asked.max_tokens, asked.stream) == (99, True)


REFUSED = {
    "previous_response_id": "resp_1",
    "conversation": {"id": "conv_1"},
    "background": True,
    "include": ["reasoning.encrypted_content"],
    "top_logprobs": 5,
    "truncation": "auto",
    "max_tool_calls": 3,
    "prompt": {"id": "pmpt_1"},
    "metadata": {"a": 1},
    "temperature": 1.5,
    "top_p": -1,
    "max_output_tokens": 0,
    "tool_choice": "weather",
    "stream": "yes",
    "max_tokens": 5,
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_field_is_refused_by_its_name(name):
    refused = refusal(**{name: REFUSED[name]})
    assert refused.body["error"]["param"].partition("[")[0] == name
    assert name in refused.body["error"]["message"]


@pytest.mark.parametrize("name", ["previous_response_id", "conversation"])
def test_who_wants_to_go_on_is_told_that_nothing_is_kept(name):
    assert "nothing is kept between requests" in str(refusal(**{name: "x_1"}))


NESTED = {
    "tools[0].type": {"tools": [{"type": "web_search"}]},
    "tools[0].defer_loading": {"tools": [{**TOOL, "defer_loading": True}]},
    "tools[1].name": {"tools": [TOOL, {"type": "function", "name": "a b"}]},
    "tool_choice.type": {"tool_choice": {"type": "allowed_tools"}},
    "tool_choice.name": {
        "tools": [TOOL],
        "tool_choice": {"type": "function", "name": "time"},
    },
    "tool_choice": {"tool_choice": "required"},
    "text.format.type": {"text": {"format": {"type": "json_object"}}},
    "text.format.schema": {"text": {"format": {"type": "json_schema", "name": "a"}}},
    "text.verbosity": {"text": {"verbosity": "low"}},
    "reasoning.effort": {"reasoning": {"effort": "huge"}},
    "reasoning.mode": {"reasoning": {"mode": "pro"}},
    "input": {"input": " "},
    "input[0].type": {"input": [{"type": "item_reference", "id": "msg_1"}]},
    "input[0].role": {"input": [{"role": "tool", "content": "x"}]},
    "input[0].content": {"input": [{"role": "user", "content": ""}]},
    "input[0].content[0].type": {
        "input": [{"role": "user", "content": [{"type": "input_file", "file_id": "f"}]}]
    },
    "input[0].content[0].image_url": {
        "input": [
            {
                "role": "user",
                "content": [{"type": "input_image", "image_url": "https://example.com/a.png"}],
            }
        ]
    },
    "input[0]": {"input": ["Hello"]},
    "input[1].content[0].type": {
        "input": [
            ASKED,
            {"role": "system", "content": [{"type": "input_image", "image_url": IMAGE}]},
            ASKED,
        ]
    },
    "input[1].arguments": {"input": [ASKED, {**CALL, "arguments": "[]"}, RESULT]},
    "input[1].call_id": {"input": [ASKED, {**CALL, "call_id": "a b"}, RESULT]},
    "input[2].output": {"input": [ASKED, CALL, {**RESULT, "output": 3}]},
    "input[2].output[0].type": {
        "input": [ASKED, CALL, {**RESULT, "output": [{"type": "input_image"}]}]
    },
}


@pytest.mark.parametrize("param", NESTED)
def test_a_field_inside_another_is_refused_by_its_path(param):
    assert refusal(**NESTED[param]).body["error"]["param"] == param


@pytest.mark.parametrize(
    "items",
    [
        [{"role": "assistant", "content": "Hello."}, ASKED],
        [ASKED, {"role": "assistant", "content": "Hello."}],
        [ASKED, CALL],
        [{"role": "system", "content": "Be brief."}],
        [{"type": "reasoning", "summary": []}],
    ],
)
def test_a_conversation_begins_and_ends_with_the_user(items):
    assert refusal(input=items).body["error"]["param"] == "input"


def test_labels_are_few_and_short():
    full = {f"{i:064}": "v" * 512 for i in range(16)}
    assert parse(metadata=full).echo["metadata"] == full
    for broken in ({**full, "one": "more"}, {"k" * 65: "v"}, {"k": "v" * 513}):
        assert refusal(metadata=broken).body["error"]["param"] == "metadata"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda each: (
        st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=8), each, max_size=3)
    ),
    max_leaves=8,
)
WHOLE = {
    "model": "chat-default",
    "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "x"}]},
        {"type": "reasoning", "id": "rs_1", "summary": []},
        CALL,
        {**RESULT, "output": [{"type": "input_text", "text": "12"}]},
        {"role": "user", "content": [{"type": "input_image", "image_url": IMAGE}]},
    ],
    "instructions": "Be brief.",
    "max_output_tokens": 9,
    "metadata": {"a": "b"},
    "parallel_tool_calls": False,
    "reasoning": {"effort": "low"},
    "stream": True,
    "temperature": 0.1,
    "text": {"format": {"type": "json_schema", "name": "a", "schema": {"type": "object"}}},
    "tool_choice": {"type": "function", "name": "weather"},
    "tools": [TOOL],
    "top_p": 0.9,
}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    found = [(path, at) for at, _ in inside]
    for at, each in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(each, dict | list):
            found += places(each, (*path, at))
    return found


def judged(body: Any) -> None:
    try:
        responses.SHAPE.check("", body)
        responses.parse(body)
    except GatewayError as refused:
        assert refused.status == 400


def test_the_example_with_everything_in_it_is_accepted():
    assert parse(**WHOLE).stream


@settings(deadline=None, derandomize=True)
@given(json_values)
def test_any_json_is_accepted_or_a_400(value):
    judged(value)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.sampled_from(places(WHOLE)), json_values)
def test_any_json_in_any_place_is_accepted_or_a_400(place, value):
    body = json.loads(json.dumps(WHOLE))
    path, at = place
    inside = body
    for step in path:
        inside = inside[step]
    inside[at] = value
    judged(body)


def test_the_published_schema_allows_what_is_accepted():
    assert PUBLISHED.is_valid(WHOLE)
    assert PUBLISHED.is_valid({**WHOLE, **dict.fromkeys(set(WHOLE) - {"model", "input"})})


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.sampled_from(places(WHOLE)), json_values)
def test_the_published_schema_says_what_the_shape_judges(place, value):
    body = json.loads(json.dumps(WHOLE))
    path, at = place
    inside = body
    for step in path:
        inside = inside[step]
    inside[at] = value
    assert PUBLISHED.is_valid(body) == is_accepted(body)


def is_accepted(body: Any) -> bool:
    try:
        responses.SHAPE.check("", body)
    except GatewayError:
        return False
    return True
