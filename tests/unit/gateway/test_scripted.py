"""The fake refuses what AWS would: a handler's test cannot pass on a wrong request."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ParamValidationError
from scripted import Call, ScriptedAws, converse_reply

from gateway.aws import Aws, TimedOut

ASK: dict[str, Any] = {"messages": [{"role": "user", "content": [{"text": "hi"}]}]}


def test_has_the_methods_of_the_real_one() -> None:
    methods = {name for name in vars(Aws) if not name.startswith("_")}
    assert methods <= set(vars(ScriptedAws))


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


def test_refuses_a_request_that_aws_would_refuse() -> None:
    with pytest.raises(ParamValidationError, match="maxTokens"):
        ScriptedAws({}).converse("m", {**ASK, "inferenceConfig": {"maxTokens": "9"}}, 1.0)


def test_refuses_a_reply_that_aws_would_not_give() -> None:
    aws = ScriptedAws({"Retrieve": [{"results": []}]})
    with pytest.raises(ParamValidationError, match="retrievalResults"):
        aws.retrieve("KB12345678", {"retrievalQuery": {"text": "?"}}, 1.0)


def test_says_what_is_missing_from_the_script() -> None:
    aws = ScriptedAws({"GetItem": [{}]})
    with pytest.raises(AssertionError, match="Converse is not in the script any more"):
        aws.converse("m", ASK, 1.0)
    assert aws.left == {"GetItem": 1}
