"""The fake refuses what AWS would: a handler's test cannot pass on a wrong request."""

from __future__ import annotations

import base64
import inspect
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ParamValidationError
from scripted import Call, ScriptedAws, ScriptedEvents, converse_reply, stream_reply

from gateway.aws import Aws, AwsError, TimedOut
from gateway.events import ConverseEvents

ASK: dict[str, Any] = {"messages": [{"role": "user", "content": [{"text": "hi"}]}]}
KEY = "alias/keys"
MAC = {"KeyId": KEY, "MacAlgorithm": "HMAC_SHA_256", "Message": base64.b64encode(b"m").decode()}


def ignore() -> None:
    """The client is there."""


def stream(*events: Any, request: dict[str, Any] = ASK) -> ScriptedEvents:
    return ScriptedAws({"ConverseStream": [list(events)]}).converse_stream(
        "m", request, 1.0, ignore
    )


@pytest.mark.parametrize(("ours", "theirs"), [(Aws, ScriptedAws), (ConverseEvents, ScriptedEvents)])
def test_has_the_methods_of_the_real_one(ours: type, theirs: type) -> None:
    methods = {name for name, value in vars(ours).items() if name[0] != "_" and callable(value)}
    assert methods
    for name in methods:
        parameters = [inspect.signature(getattr(each, name)).parameters for each in (ours, theirs)]
        assert list(parameters[0]) == list(parameters[1])


def test_answers_in_order_and_remembers() -> None:
    aws = ScriptedAws({"Converse": [converse_reply("hello"), TimedOut("no answer in time")]})
    assert aws.converse("m", ASK, 1.0)["stopReason"] == "end_turn"
    with pytest.raises(TimedOut):
        aws.converse("m", ASK, 1.0)
    assert aws.calls == [Call("Converse", "m", ASK, 1.0)] * 2
    assert aws.left == {}


def test_a_function_sees_the_request_and_may_answer_nonsense() -> None:
    aws = ScriptedAws({"GetItem": [lambda request: {"echo": request["TableName"]}]})
    request = {"TableName": "keys", "Key": {"hash": {"S": "x"}}}
    assert aws.dynamodb("GetItem", request, 1.0) == {"echo": "keys"}
    assert aws.requests("GetItem") == [request]


@pytest.mark.parametrize("ask", [
    lambda aws, request: aws.converse("m", request, 1.0),
    lambda aws, request: aws.converse_stream("m", request, 1.0, ignore),
])  # fmt: skip
def test_refuses_a_request_that_aws_would_refuse(ask: Callable[..., Any]) -> None:
    with pytest.raises(ParamValidationError, match="maxTokens"):
        ask(ScriptedAws({}), {**ASK, "inferenceConfig": {"maxTokens": "9"}})


def test_refuses_a_reply_that_aws_would_not_give() -> None:
    aws = ScriptedAws({"Retrieve": [{"results": []}]})
    with pytest.raises(ParamValidationError, match="retrievalResults"):
        aws.retrieve("KB12345678", {"retrievalQuery": {"text": "?"}}, 1.0)


def test_says_what_is_missing_from_the_script() -> None:
    aws = ScriptedAws({"GetItem": [{}]})
    with pytest.raises(AssertionError, match="Converse is not in the script any more"):
        aws.converse("m", ASK, 1.0)
    with pytest.raises(AssertionError, match="ConverseStream is not in the script any more"):
        aws.converse_stream("m", ASK, 1.0, ignore)
    assert aws.left == {"GetItem": 1}


# streams


def test_a_stream_gives_its_events_and_ends() -> None:
    reply = stream_reply(["hel", "lo"], stop="max_tokens", tokens=(3, 4))
    events = stream(*reply)
    assert list(events) == reply
    assert events.ended and not events.closed
    assert [*map("".join, reply)] == [
        "messageStart",
        "contentBlockDelta",
        "contentBlockDelta",
        "contentBlockStop",
        "messageStop",
        "metadata",
    ]
    assert reply[-1]["metadata"]["usage"]["totalTokens"] == 7


def test_a_stream_remembers_its_call_and_what_became_of_it() -> None:
    aws = ScriptedAws({"ConverseStream": [stream_reply(["hello"])]})
    events = aws.converse_stream("m", ASK, 1.0, ignore)
    assert aws.calls == [Call("ConverseStream", "m", ASK, 1.0)]
    assert aws.streams == [events]
    assert (events.given, events.deadline, events.check_client) == (1.0, 1.0, ignore)
    events.deadline = 2.0
    next(events)
    events.close()
    events.close()
    assert list(events) == []
    assert (events.given, events.closed, events.ended) == (1.0, True, False)


def test_an_exception_instead_of_a_stream() -> None:
    aws = ScriptedAws({"ConverseStream": [AwsError(429, "ThrottlingException")]})
    with pytest.raises(AwsError):
        aws.converse_stream("m", ASK, 1.0, ignore)
    assert aws.streams == []


def test_an_exception_among_the_events_ends_the_stream() -> None:
    first, *rest = stream_reply(["hello"])
    events = stream(first, TimedOut("no answer in time"), *rest)
    assert next(events) == first
    with pytest.raises(TimedOut):
        next(events)
    assert events.ended
    assert list(events) == []


def test_a_function_among_the_events_makes_one_or_just_does_something() -> None:
    done: list[object] = []
    events = stream(lambda request: {"odd": len(request["messages"])}, done.append)
    assert list(events) == [{"odd": 1}]
    assert done == [ASK]


@pytest.mark.parametrize("event", [
    {"messageStop": {}}, {"messageStop": {"stopReason": 1}}, {"unknown": {}},
    {"contentBlockDelta": {"delta": {"text": "hi"}}},
    {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"words": "hi"}}},
])  # fmt: skip
def test_refuses_an_event_that_aws_would_not_send(event: dict[str, Any]) -> None:
    with pytest.raises(ParamValidationError):
        stream(event)


@pytest.mark.parametrize("members", [0, 2])
def test_an_event_is_one_member(members: int) -> None:
    both = {"messageStart": {"role": "assistant"}, "messageStop": {"stopReason": "end_turn"}}
    with pytest.raises(AssertionError, match="one member"):
        stream(dict(list(both.items())[:members]))


# bytes, which are base64 on the wire


def test_a_mac_is_made_and_checked_in_base64() -> None:
    mac = base64.b64encode(b"\x01" * 32).decode()
    aws = ScriptedAws({"GenerateMac": [{"Mac": mac}], "VerifyMac": [{"MacValid": True}]})
    assert aws.kms("GenerateMac", MAC, 1.0) == {"Mac": mac}
    assert aws.kms("VerifyMac", {**MAC, "Mac": mac}, 1.0) == {"MacValid": True}
    assert [call.target for call in aws.calls] == [KEY, KEY]


@pytest.mark.parametrize("message", [b"bytes", "not base64!", "b64", 7, None])
def test_bytes_that_are_not_base64_are_refused(message: object) -> None:
    with pytest.raises(ParamValidationError):
        ScriptedAws({"GenerateMac": [{}]}).kms("GenerateMac", {**MAC, "Message": message}, 1.0)


def test_a_picture_is_base64() -> None:
    image: dict[str, Any] = {"image": {"format": "png", "source": {"bytes": "iVBORw0KGgo="}}}
    ask = {"messages": [{"role": "user", "content": [image]}]}
    assert list(stream(request=ask)) == []
    image["image"]["source"]["bytes"] = b"\x89PNG"
    with pytest.raises(ParamValidationError):
        stream(request=ask)


def test_a_hidden_thought_is_base64() -> None:
    def event(hidden: object) -> dict[str, Any]:
        delta = {"reasoningContent": {"redactedContent": hidden}}
        return {"contentBlockDelta": {"contentBlockIndex": 0, "delta": delta}}

    assert list(stream(event("aGlkZGVu"))) == [event("aGlkZGVu")]
    with pytest.raises(ParamValidationError):
        stream(event(b"hidden"))


# a model's own words


def test_a_model_answers_in_its_own_words() -> None:
    replies: list[Any] = [
        ({"embedding": [0.5]}, {"x-amzn-bedrock-input-token-count": "3"}),
        lambda request: (dict(request), {}),
        AwsError(429, "ThrottlingException"),
    ]
    aws = ScriptedAws({"InvokeModel": replies})
    assert aws.invoke_model("m", {"inputText": "hi"}, 1.0) == replies[0]
    assert aws.invoke_model("m", {"inputText": "ho"}, 1.0) == ({"inputText": "ho"}, {})
    with pytest.raises(AwsError):
        aws.invoke_model("m", {}, 1.0)
    assert aws.calls[0] == Call("InvokeModel", "m", {"inputText": "hi"}, 1.0)


@pytest.mark.parametrize("request_", [{"a": b"bytes"}, {"a": float("nan")}, ["a"]])
def test_a_models_own_request_is_a_json_object(request_: Any) -> None:
    with pytest.raises((TypeError, ValueError, AssertionError)):
        ScriptedAws({"InvokeModel": [({}, {})]}).invoke_model("m", request_, 1.0)
