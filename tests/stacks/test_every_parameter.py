"""Every parameter to every model of the catalogue: its flags alone decide what Bedrock is sent."""

import json
from typing import Any

import examples
import pytest
from scripted import ScriptedAws, converse_reply

from config.load import load_catalogue
from gateway import chat, edge
from gateway.breaker import Breakers
from gateway.settings import Settings, parse

CHAT = {id: model for id, model in load_catalogue().items() if model.kind == "chat"}
PIXEL = "data:image/png;base64,iVBORw0KGgo="
SCHEMA = {"type": "object", "properties": {}, "additionalProperties": False}

# What is sent, the flag that lets it through, and where it would be in the body of Converse.
PARAMETERS: dict[str, tuple[object, str, str]] = {
    "temperature": (0.5, "temperature", "inferenceConfig.temperature"),
    "top_p": (0.9, "top_p", "inferenceConfig.topP"),
    "stop": (["END"], "stop", "inferenceConfig.stopSequences"),
    "response_format": (
        {"type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA}},
        "structured_output",
        "outputConfig.textFormat",
    ),
    "reasoning_effort": ("low", "reasoning_effort", ""),
}
EFFORT_AT = {
    "output_config": "outputConfig.effort",
    "reasoning": "additionalModelRequestFields.reasoning.effort",
    "reasoning_effort": "additionalModelRequestFields.reasoning_effort",
    "reasoning_config": "additionalModelRequestFields.reasoningConfig.maxReasoningEffort",
}


def accepts(model: Any, flag: str) -> bool:
    if flag == "reasoning_effort":
        return model.capabilities.reasoning_effort is not None
    return flag in model.capabilities.accepts


def settings_for(model: Any, policy: str) -> Settings:
    target = {
        **examples.NOVA,
        "id": model.id,
        "accepts": sorted(model.capabilities.accepts),
        "reasoning_effort": model.capabilities.reasoning_effort,
    }
    alias = {
        **examples.ALIAS,
        "targets": [target],
        "system_prompt": "Be brief.",
        "unsupported_parameters": policy,
    }
    declared = {**examples.DECLARED, "aliases": {"one": alias}, "tenants": {"demo": ALL}}
    return parse(declared, {**examples.DEPLOYED, "profiles": {"one": ["p1"]}})


ALL = {**examples.DECLARED["tenants"]["demo"], "aliases": ["one"]}


def ask(model: Any, policy: str, **fields: Any) -> tuple[int, dict, dict, dict]:
    """(status, answer, headers, the body that Converse got), checked against botocore's shapes."""
    aws = ScriptedAws({"Converse": [converse_reply("yes")], "UpdateItem": [{}, {}]})
    event = examples.event("chat")
    said = [{"role": "user", "content": "hello"}]
    event["body"] = json.dumps({"model": "one", "messages": said, **fields})

    answer = chat.answer(
        event,
        examples.Context(),
        settings=settings_for(model, policy),
        upstream=aws,
        breakers=Breakers(),
    )
    response = edge.buffered(answer)
    sent = aws.requests("Converse")
    body = sent[0] if sent else {}
    return response["statusCode"], json.loads(response["body"]), response["headers"], body


def at(body: Any, path: str) -> object:
    for key in path.split("."):
        body = body.get(key, {}) if isinstance(body, dict) else {}
    return body


@pytest.mark.parametrize("parameter", PARAMETERS)
@pytest.mark.parametrize("model", CHAT.values(), ids=CHAT)
def test_a_parameter_is_sent_or_dropped_and_said_to_be(model, parameter):
    value, flag, path = PARAMETERS[parameter]
    path = path or EFFORT_AT.get(model.capabilities.reasoning_effort, "nowhere")
    status, _, headers, body = ask(model, "drop", **{parameter: value})
    assert status == 200
    assert bool(at(body, path)) == accepts(model, flag)
    assert headers.get("x-strata-dropped") == (None if accepts(model, flag) else parameter)


@pytest.mark.parametrize("parameter", PARAMETERS)
@pytest.mark.parametrize("model", CHAT.values(), ids=CHAT)
def test_a_parameter_is_sent_or_refused_by_name(model, parameter):
    value, flag, _ = PARAMETERS[parameter]
    status, answer, _, body = ask(model, "reject", **{parameter: value})
    if accepts(model, flag):
        assert status == 200
    else:
        assert (status, answer["error"]["param"], body) == (400, parameter, {})


@pytest.mark.parametrize("model", CHAT.values(), ids=CHAT)
def test_a_forced_tool_choice_is_sent_or_dropped(model):
    tool = {"type": "function", "function": {"name": "f"}}
    status, answer, headers, body = ask(model, "drop", tools=[tool], tool_choice="required")
    if not accepts(model, "tools"):
        assert (status, answer["error"]["param"]) == (400, "tools")
    else:
        assert ("toolChoice" in body["toolConfig"]) == accepts(model, "tool_choice")
        dropped = None if accepts(model, "tool_choice") else "tool_choice"
        assert headers.get("x-strata-dropped") == dropped


@pytest.mark.parametrize("policy", ["drop", "reject"])
@pytest.mark.parametrize("model", CHAT.values(), ids=CHAT)
def test_an_image_is_seen_or_refused_and_never_dropped(model, policy):
    parts = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": PIXEL}},
    ]
    said = [{"role": "user", "content": parts}]
    status, answer, _, body = ask(model, policy, messages=said)
    if accepts(model, "images"):
        assert "image" in body["messages"][0]["content"][1]
    else:
        assert (status, answer["error"]["param"]) == (400, "messages")


@pytest.mark.parametrize("model", CHAT.values(), ids=CHAT)
def test_a_system_prompt_reaches_every_model(model):
    _, _, _, body = ask(model, "drop")
    told = {"text": "Be brief."}
    if accepts(model, "system"):
        assert body["system"] == [told]
    else:
        assert body["messages"][0]["content"][0] == told


@pytest.mark.parametrize("model", CHAT.values(), ids=CHAT)
def test_max_tokens_is_always_set(model):
    _, _, _, body = ask(model, "drop")
    assert body["inferenceConfig"]["maxTokens"] == 256
