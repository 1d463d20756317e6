"""The body of `POST /v1/messages`: understood or refused, with the field that is at fault."""

import copy
import functools
import json
from typing import Any

import botocore.session
import pytest
from botocore.validate import validate_parameters
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import converse
from gateway.body import parse_object
from gateway.chat_request import ChatRequest, Message
from gateway.errors import GatewayError
from gateway.messages import SHAPE, parse
from gateway.messages.content import CACHE_POINT
from gateway.settings import Alias, Price, Target

HELLO = {"role": "user", "content": "hello"}
GOOD = {"model": "chat-default", "max_tokens": 16, "messages": [HELLO]}
CACHED = {"cache_control": {"type": "ephemeral"}}
PNG = {
    "type": "image",
    "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="},
}
PNG_BLOCK = {"image": {"format": "png", "source": {"bytes": "iVBORw0KGgo="}}}
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
WEATHER = {"name": "weather", "description": "Today's weather.", "input_schema": SCHEMA}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Rome"}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "Sunny."}
CALL_BLOCK = {"toolUse": {"toolUseId": "toolu_1", "name": "weather", "input": {"city": "Rome"}}}

# One of everything that is understood.
EVERYTHING: dict[str, Any] = {
    "model": "chat-default",
    "max_tokens": 64,
    "system": [{"type": "text", "text": "Be brief.", **CACHED}],
    "messages": [
        {"role": "user", "content": [{"type": "text", "text": "And this?"}, {**PNG, **CACHED}]},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "A map.", "signature": "c2ln"},
                {"type": "redacted_thinking", "data": "c2VjcmV0"},
                {"type": "text", "text": "Rome.", "citations": None},
                {**CALL, "caller": {"type": "direct"}, "toolset_name": None, **CACHED},
            ],
        },
        {
            "role": "user",
            "content": [
                {**RESULT, "content": [{"type": "text", "text": "Sunny."}, PNG], "is_error": True},
                {"type": "text", "text": "So what is it?"},
            ],
        },
    ],
    "stop_sequences": ["END"],
    "temperature": 0.5,
    "top_p": 1,
    "top_k": 40,
    "tools": [{**WEATHER, "type": "custom", "strict": False, **CACHED}],
    "tool_choice": {"type": "tool", "name": "weather", "disable_parallel_tool_use": False},
    "thinking": {"type": "disabled"},
    "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": SCHEMA}},
    "cache_control": {"type": "ephemeral", "ttl": "1h"},
    "metadata": {"user_id": "u1"},
    "service_tier": "auto",
    "stream": False,
}

CAPABILITIES = frozenset(
    [
        "system",
        "temperature",
        "top_p",
        "stop",
        "tools",
        "tool_choice",
        "images",
        "caching",
        "structured_output",
    ]
) | {"reasoning_effort"}
TARGET = Target(
    id="us.anthropic.claude-sonnet-5-5",
    owned_by="Anthropic",
    accepts=CAPABILITIES,
    reasoning_effort="output_config",
    embedding=None,
    price=Price(1, 1, 1, 1),
    long=None,
    arn="us.anthropic.claude-sonnet-5-5",
)
ALIAS = Alias(
    description="An alias.",
    kind="chat",
    targets=(TARGET,),
    guardrail=None,
    grounded=False,
    knowledge_base=None,
    passages=3,
    passage_tokens=0,
    refusal="No.",
    rewrite_question=False,
    system_prompt="",
    max_tokens=256,
    unsupported_parameters="drop",
)


def read(**fields: Any) -> ChatRequest:
    """A body as the route reads it, from its bytes on."""
    parsed = parse_object(json.dumps({**GOOD, **fields}).encode(), max_bytes=1_000_000)
    SHAPE.check("", parsed)
    return parse(parsed)


def said(role: str, *content: dict[str, Any]) -> dict[str, Any]:
    return {"role": role, "content": list(content)}


def test_the_least_that_a_request_can_be():
    assert read()._replace(names={}) == ChatRequest(
        alias="chat-default",
        messages=(Message("user", ({"text": "hello"},)),),
        max_tokens=16,
        parameters={},
    )


def test_a_stream_is_asked_for_by_its_flag():
    assert read(stream=True).stream


def test_the_system_prompt_may_be_a_text():
    assert read(system="Be brief.").messages[0] == Message("system", ({"text": "Be brief."},))


def test_the_system_prompt_may_be_blocks_and_a_blank_one_is_none():
    blocks = [{"type": "text", "text": "Be brief.", **CACHED}, {"type": "text", "text": "Rhyme."}]
    system, *_ = read(system=blocks).messages
    assert system.blocks == ({"text": "Be brief."}, CACHE_POINT, {"text": "Rhyme."})
    assert [message.role for message in read(system=" ").messages] == ["user"]


@pytest.mark.parametrize("format", ["png", "jpeg", "gif", "webp"])
def test_an_image_in_base64_is_conversess_image(format):
    image = copy.deepcopy(PNG)
    image["source"]["media_type"] = f"image/{format}"
    [message] = read(messages=[said("user", image)]).messages
    assert message.blocks == ({"image": {"format": format, "source": {"bytes": "iVBORw0KGgo="}}},)


def test_blank_texts_are_left_out_for_bedrock_refuses_them():
    blank = {"type": "text", "text": " \n", **CACHED}
    [message] = read(messages=[said("user", blank, {"type": "text", "text": "hi"})]).messages
    assert message.blocks == ({"text": "hi"},)


def test_an_assistant_may_have_said_nothing():
    history = [HELLO, said("assistant"), HELLO, {"role": "assistant", "content": ""}, HELLO]
    assert [message.role for message in read(messages=history).messages] == ["user"] * 3


def test_a_tools_result_is_a_message_of_the_tools_own_and_no_question():
    messages = read(messages=[HELLO, said("assistant", CALL), said("user", RESULT)]).messages
    assert [message.role for message in messages] == ["user", "assistant", "tool"]
    result = {"toolUseId": "toolu_1", "content": [{"text": "Sunny."}]}
    assert messages[-1].blocks == ({"toolResult": result},)
    assert ChatRequest("a", messages, None, {}).question == ""


def test_what_a_user_says_after_a_tools_result_is_the_question():
    turn = said("user", {**RESULT, **CACHED}, {"type": "text", "text": "So?"})
    asked = read(messages=[HELLO, said("assistant", CALL), turn])
    assert [message.role for message in asked.messages[2:]] == ["tool", "user"]
    assert asked.messages[2].blocks[-1] == CACHE_POINT
    assert asked.question == "So?"


def test_a_tools_result_may_be_blocks_an_error_or_nothing():
    def content_of(**fields: Any) -> Any:
        turn = said("user", {"type": "tool_result", "tool_use_id": "toolu_1", **fields})
        return read(messages=[turn]).messages[0].blocks[0]["toolResult"]

    mixed = content_of(content=[{"type": "text", "text": "Look:"}, PNG])
    assert mixed["content"] == [{"text": "Look:"}, PNG_BLOCK]
    assert content_of(content="No.", is_error=True)["status"] == "error"
    assert content_of(content="", is_error=False) == content_of()
    assert content_of() == {"toolUseId": "toolu_1", "content": [{"text": "(no output)"}]}


def test_a_mark_inside_a_tools_result_caches_the_whole_of_it():
    turn = said("user", {**RESULT, "content": [{"type": "text", "text": "Sunny.", **CACHED}]})
    assert read(messages=[turn]).messages[0].blocks[1:] == (CACHE_POINT,)


def test_thinking_goes_back_as_it_came():
    thinking = {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}
    unsigned = {**thinking, "signature": ""}
    redacted = {"type": "redacted_thinking", "data": "c2VjcmV0"}
    history = [HELLO, said("assistant", thinking, unsigned, redacted), HELLO]
    assert read(messages=history).messages[1].blocks == (
        {"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": "c2ln"}}},
        {"reasoningContent": {"reasoningText": {"text": "Hm."}}},
        {"reasoningContent": {"redactedContent": "c2VjcmV0"}},
    )


@pytest.mark.parametrize("ttl", [{}, {"ttl": "5m"}, {"ttl": "1h"}])
def test_a_marked_block_is_followed_by_a_cache_point(ttl):
    marked = {"type": "text", "text": "Long.", "cache_control": {"type": "ephemeral", **ttl}}
    [message] = read(messages=[said("user", marked, PNG)]).messages
    assert message.blocks == ({"text": "Long."}, CACHE_POINT, PNG_BLOCK)


def test_a_mark_on_the_request_caches_all_of_it_once():
    [message] = read(**CACHED).messages
    assert message.blocks == ({"text": "hello"}, CACHE_POINT)
    marked = said("user", {"type": "text", "text": "hello", **CACHED})
    assert read(messages=[marked], **CACHED).messages == (message,)


def test_the_parameters_have_the_names_of_openais_chat():
    asked = read(
        temperature=0.5,
        top_p=1,
        stop_sequences=["END"],
        output_config={"effort": "high", "format": {"type": "json_schema", "schema": SCHEMA}},
    )
    assert asked.parameters == {
        "temperature": 0.5,
        "top_p": 1,
        "stop": ["END"],
        "reasoning_effort": "high",
        "response_format": {"name": "answer", "schema": SCHEMA},
    }


def test_tools_are_functions_and_a_cached_one_says_so():
    bare = {"name": "now", "input_schema": {"type": "object"}}
    tools = [WEATHER, {**bare, "type": "custom", **CACHED}]
    assert read(tools=tools).parameters["tools"] == [
        {"name": "weather", "description": "Today's weather.", "parameters": SCHEMA},
        {"name": "now", "parameters": {"type": "object"}, "cachePoint": {"type": "default"}},
    ]


@pytest.mark.parametrize(
    ("choice", "parameter"),
    [
        ({"type": "auto"}, "auto"),
        ({"type": "none"}, "none"),
        ({"type": "any"}, "required"),
        ({"type": "tool", "name": "weather"}, ["weather"]),
    ],
    ids=str,
)
def test_the_choice_of_a_tool(choice, parameter):
    assert read(tools=[WEATHER], tool_choice=choice).parameters["tool_choice"] == parameter


@pytest.mark.parametrize(
    ("fields", "parameter"),
    [
        ({"top_k": 40}, {"top_k": 40}),
        ({"thinking": {"type": "adaptive"}}, {"thinking": {"type": "adaptive"}}),
        ({"thinking": {"type": "between_tools"}}, {"thinking": {"type": "between_tools"}}),
        (
            {"thinking": {"type": "enabled", "budget_tokens": 2048}},
            {"thinking": {"type": "enabled", "budget_tokens": 2048}},
        ),
        (
            {
                "tools": [WEATHER],
                "tool_choice": {"type": "auto", "disable_parallel_tool_use": True},
            },
            {"disable_parallel_tool_use": True},
        ),
        ({"tools": [{**WEATHER, "strict": True}]}, {"strict": True}),
    ],
    ids=str,
)
def test_what_no_model_takes_is_left_to_the_alias_by_its_name(fields, parameter):
    asked = read(**fields).parameters
    assert {name: asked[name] for name in parameter} == parameter


@pytest.mark.parametrize(
    "fields",
    [
        {"tools": [], "stop_sequences": []},
        {"thinking": {"type": "disabled"}},
        {"output_config": {}},
        {"output_config": {"effort": None, "format": None}},
        {"metadata": {"user_id": None}, "service_tier": "standard_only"},
        {"temperature": None, "system": None, "tools": None, "stream": None, "container": None},
    ],
    ids=str,
)
def test_what_asks_for_nothing_is_as_good_as_nothing(fields):
    assert read(**fields) == read()


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a model that is no text": ({"model": 3}, "model"),
    "no tokens": ({"max_tokens": 0}, "max_tokens"),
    "half a token": ({"max_tokens": 1.5}, "max_tokens"),
    "tokens of null": ({"max_tokens": None}, "max_tokens"),
    "an empty conversation": ({"messages": []}, "messages"),
    "a message that is no object": ({"messages": ["hello"]}, "messages[0]"),
    "a system's message": ({"messages": [said("system", HELLO)]}, "messages[0].role"),
    "no content": ({"messages": [{"role": "user"}]}, "messages[0].content"),
    "blank content": ({"messages": [{"role": "user", "content": " "}]}, "messages[0].content"),
    "blank blocks": (
        {"messages": [HELLO, said("user", {"type": "text", "text": " "})]},
        "messages[1].content",
    ),
    "no blocks": ({"messages": [said("user")]}, "messages[0].content"),
    "a prefilled answer": ({"messages": [HELLO, said("assistant")]}, "messages"),
    "an unknown field": ({"temprature": 1}, "temprature"),
    "an unknown field of a message": (
        {"messages": [{**HELLO, "name": "x"}]},
        "messages[0].name",
    ),
    "half a surrogate pair": (
        {"messages": [said("user", {"type": "text", "text": "\ud800"})]},
        "messages[0].content[0].text",
    ),
    "a document": (
        {"messages": [said("user", {"type": "document"})]},
        "messages[0].content[0].type",
    ),
    "an image by its address": (
        {"messages": [said("user", {"type": "image", "source": {"type": "url", "url": "x"}})]},
        "messages[0].content[0].source.type",
    ),
    "an image that is no base64": (
        {"messages": [said("user", {**PNG, "source": {**PNG["source"], "data": "é"}})]},
        "messages[0].content[0].source.data",
    ),
    "an image in TIFF": (
        {
            "messages": [
                said("user", {**PNG, "source": {**PNG["source"], "media_type": "image/tiff"}})
            ]
        },
        "messages[0].content[0].source.media_type",
    ),
    "an assistant's image": (
        {"messages": [said("assistant", PNG), HELLO]},
        "messages[0].content[0].type",
    ),
    "a user's call of a tool": (
        {"messages": [said("user", CALL)]},
        "messages[0].content[0].type",
    ),
    "a call without arguments": (
        {"messages": [said("assistant", {**CALL, "input": "{}"}), HELLO]},
        "messages[0].content[0].input",
    ),
    "a result for no call": (
        {"messages": [said("user", {"type": "tool_result"})]},
        "messages[0].content[0].tool_use_id",
    ),
    "a document in a result": (
        {"messages": [said("user", {**RESULT, "content": [{"type": "document"}]})]},
        "messages[0].content[0].content[0].type",
    ),
    "citations": (
        {"messages": [said("user", {"type": "text", "text": "x", "citations": []})]},
        "messages[0].content[0].citations",
    ),
    "a cache of an unknown kind": (
        {"messages": [said("user", {**PNG, "cache_control": {"type": "forever"}})]},
        "messages[0].content[0].cache_control.type",
    ),
    "a system prompt of images": ({"system": [PNG]}, "system[0].type"),
    "a temperature over one": ({"temperature": 1.1}, "temperature"),
    "a temperature of true": ({"temperature": True}, "temperature"),
    "a top_p over one": ({"top_p": 1.1}, "top_p"),
    "half a top_k": ({"top_k": 1.5}, "top_k"),
    "five stops": ({"stop_sequences": list("abcde")}, "stop_sequences"),
    "an empty stop": ({"stop_sequences": [""]}, "stop_sequences[0]"),
    "a stop that is no list": ({"stop_sequences": "END"}, "stop_sequences"),
    "a server's tool": (
        {"tools": [{"type": "web_search_20260318", "name": "web_search"}]},
        "tools[0].type",
    ),
    "a tool without a schema": ({"tools": [{"name": "weather"}]}, "tools[0].input_schema"),
    "a tool of a name that Bedrock refuses": (
        {"tools": [{**WEATHER, "name": "the weather"}]},
        "tools[0].name",
    ),
    "a tool that is loaded later": (
        {"tools": [{**WEATHER, "defer_loading": True}]},
        "tools[0].defer_loading",
    ),
    "a choice of nothing": ({"tools": [WEATHER], "tool_choice": {"type": "x"}}, "tool_choice.type"),
    "a choice of a tool that is not there": (
        {"tools": [WEATHER], "tool_choice": {"type": "tool", "name": "news"}},
        "tool_choice.name",
    ),
    "a choice among no tools": ({"tool_choice": {"type": "any"}}, "tool_choice"),
    "thinking of no budget": ({"thinking": {"type": "enabled"}}, "thinking.budget_tokens"),
    "thinking of an unknown kind": ({"thinking": {"type": "deep"}}, "thinking.type"),
    "an effort of nothing": ({"output_config": {"effort": "huge"}}, "output_config.effort"),
    "a format without a schema": (
        {"output_config": {"format": {"type": "json_schema"}}},
        "output_config.format.schema",
    ),
    "a budget of tokens": ({"output_config": {"task_budget": {}}}, "output_config.task_budget"),
    "an unknown service tier": ({"service_tier": "priority"}, "service_tier"),
    "metadata of one's own": ({"metadata": {"team": "x"}}, "metadata.team"),
    "a container": ({"container": "c1"}, "container"),
    "servers of tools": ({"mcp_servers": []}, "mcp_servers"),
    "another place": ({"inference_geo": "eu"}, "inference_geo"),
    "more speed": ({"speed": "fast"}, "speed"),
}


@pytest.mark.parametrize("mistake", REFUSED)
def test_a_mistake_is_a_400_that_names_the_field(mistake):
    fields, field = REFUSED[mistake]
    with pytest.raises(GatewayError) as refused:
        read(**fields)
    assert (refused.value.status, refused.value.body["error"]["param"]) == (400, field)
    assert f"'{field}'" in str(refused.value)  # all that Anthropic's clients see


@pytest.mark.parametrize("field", ["model", "max_tokens", "messages"])
def test_what_is_required(field):
    body = {name: value for name, value in GOOD.items() if name != field}
    with pytest.raises(GatewayError, match=f"'{field}' is required"):
        SHAPE.check("", body)


TEXTS = st.text(st.characters())  # halves of surrogate pairs as well
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, width=16) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value, but the whole of it."""
    items: Any = value.items() if isinstance(value, dict) else enumerate(value)
    found = [(*at, key) for key, _ in items]
    inner = [(key, each) for key, each in items if isinstance(each, dict | list)]
    return found + [path for key, each in inner for path in paths(each, (*at, key))]


@functools.cache
def converses_shape() -> Any:
    service = botocore.session.get_session().get_service_model("bedrock-runtime")
    return service.operation_model("Converse").input_shape


def sent(asked: ChatRequest) -> dict[str, Any]:
    """What Bedrock is asked, checked against AWS's own model of it."""
    body = converse.to_converse(asked, ALIAS, TARGET)
    validate_parameters({"modelId": TARGET.arn, **body}, converses_shape())
    return body


def test_everything_at_once_is_a_request_that_bedrock_understands():
    body = sent(read(**EVERYTHING))
    assert [message["role"] for message in body["messages"]] == ["user", "assistant", "user"]
    assert body["inferenceConfig"] == {
        "maxTokens": 64,
        "temperature": 0.5,
        "topP": 1,
        "stopSequences": ["END"],
    }
    assert body["toolConfig"]["toolChoice"] == {"tool": {"name": "weather"}}


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(paths(EVERYTHING)), JSON)
def test_whatever_stands_in_any_place_is_understood_or_a_400(path, value):
    body = copy.deepcopy(EVERYTHING)
    *above, last = path
    functools.reduce(lambda at, key: at[key], above, body)[last] = value
    try:
        SHAPE.check("", body)
        asked = parse(body)
        converse.check_max_tokens(asked, ALIAS)
        sent(asked)
    except GatewayError as refused:
        assert refused.status == 400


@given(JSON, st.sampled_from(sorted(SHAPE.fields)))
def test_no_value_of_a_field_is_anything_but_accepted_or_a_400(value, field):
    try:
        read(**{field: value})
    except GatewayError as refused:
        assert refused.status == 400
