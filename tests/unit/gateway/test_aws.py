"""Every call leaves as boto3 would send it."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest
from oracle import prepared

from gateway import aws
from gateway.connection import Connection
from gateway.http1 import Head, Source
from gateway.incoming import Incoming, Response
from gateway.patience import Patience
from gateway.wire import Wire

REGION = "eu-west-1"
DEADLINE = 12.5
ARN = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/a1b2c3"
MODELS = ["us.anthropic.claude-haiku-5-5", "amazon.nova-lite-v1:0", ARN, "モデル", "a b%2F/../~"]

CONVERSE: dict[str, Any] = {
    "messages": [
        {
            "role": "user",
            "content": [{"text": "こんにちは 👋\n"}, {"cachePoint": {"type": "default"}}],
        },
        {
            "role": "assistant",
            "content": [{"toolUse": {"toolUseId": "t", "name": "f", "input": {}}}],
        },
    ],
    "system": [{"text": "Be brief."}],
    "inferenceConfig": {"maxTokens": 64, "temperature": 0.1, "stopSequences": ["\x00"]},
    "guardrailConfig": {"guardrailIdentifier": "gr1", "guardrailVersion": "1", "trace": "enabled"},
    "additionalModelRequestFields": {"reasoning_effort": "low", "k": [1, 2.5, None, True]},
    "requestMetadata": {"tenant": "acme"},
}
RETRIEVE: dict[str, Any] = {
    "retrievalQuery": {"text": "how many days?"},
    "retrievalConfiguration": {"vectorSearchConfiguration": {"numberOfResults": 4}},
}
STORE: dict[str, dict[str, Any]] = {
    "GetItem": {"TableName": "keys", "Key": {"hash": {"S": "ab"}}, "ConsistentRead": True},
    "UpdateItem": {
        "TableName": "usage",
        "Key": {"tenant": {"S": "acme"}, "month": {"S": "2026-11"}},
        "UpdateExpression": "ADD reserved :n",
        "ConditionExpression": "reserved <= :limit",
        "ExpressionAttributeValues": {":n": {"N": "1"}, ":limit": {"N": "99"}},
    },
}


MAC = {"KeyId": "alias/keys", "MacAlgorithm": "HMAC_SHA_256", "Message": b"\0a key\xff"}
KEYS: dict[str, dict[str, Any]] = {"GenerateMac": MAC, "VerifyMac": {**MAC, "Mac": b"\x01" * 32}}


class Gone(Wire):
    """A wire whose other end has nothing to say."""

    def __init__(self) -> None:
        super().__init__(socket.socket())

    def receive(self, patience: Patience) -> bytes:
        return b""


def never(wire: Wire) -> None:
    raise AssertionError("it said that it would close")


def ignore() -> None:
    """The client is there."""


class Sent:
    """The one request that reached the connection."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    deadline: float
    check_client: Callable[[], None]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    sent = Sent()

    def exchange(
        self: Connection,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        deadline: float,
    ) -> Response:
        sent.method, sent.target, sent.headers = method, target, headers
        sent.body, sent.deadline = body, deadline
        return Response(200, {"x-header": "yes"}, b'{"answer": 42}')

    def stream(
        self: Connection, *request: Any, deadline: float, check_client: Callable[[], None]
    ) -> Incoming:
        exchange(self, *request, deadline=deadline)
        sent.check_client = check_client
        head = Head(200, {}, keeps=False)
        return Incoming(head, Source(Gone(), Patience(deadline, idle_s=1)), keep=never)

    monkeypatch.setattr(Connection, "exchange", exchange)
    monkeypatch.setattr(Connection, "stream", stream)
    return sent


def assert_same(sent: Sent, service: str, operation: str, **parameters: Any) -> None:
    theirs = prepared(service, operation, REGION, **parameters)
    url = urlsplit(theirs.url)
    assert (sent.method, sent.target) == (theirs.method, url.path)
    assert sent.headers["host"] == url.netloc
    assert json.loads(sent.body) == json.loads(theirs.body)
    for name in ("content-type", "accept", "x-amz-target", "x-amz-security-token"):
        value = theirs.headers.get(name)
        assert sent.headers.get(name) == (value.decode() if isinstance(value, bytes) else value)
    scope = theirs.headers["Authorization"].decode().split("/")[2:4]
    assert sent.headers["authorization"].split("/")[2:4] == scope


@pytest.mark.parametrize("model_id", MODELS)
def test_converse_is_sent_as_boto3_sends_it(sent: Sent, model_id: str) -> None:
    assert aws.Aws(REGION).converse(model_id, CONVERSE, DEADLINE) == {"answer": 42}
    assert_same(sent, "bedrock-runtime", "Converse", modelId=model_id, **CONVERSE)


@pytest.mark.parametrize("model_id", MODELS)
def test_converse_stream_is_sent_as_boto3_sends_it(sent: Sent, model_id: str) -> None:
    assert list(aws.Aws(REGION).converse_stream(model_id, CONVERSE, DEADLINE, ignore)) == []
    assert_same(sent, "bedrock-runtime", "ConverseStream", modelId=model_id, **CONVERSE)
    assert sent.check_client is ignore


@pytest.mark.parametrize("model_id", MODELS)
def test_invoke_model_is_sent_as_boto3_sends_it(sent: Sent, model_id: str) -> None:
    body = {"inputText": "こんにちは", "dimensions": 512}
    answer = aws.Aws(REGION).invoke_model(model_id, body, DEADLINE)
    assert answer == ({"answer": 42}, {"x-header": "yes"})
    json_both_ways = {"contentType": "application/json", "accept": "application/json"}
    theirs = {"modelId": model_id, "body": json.dumps(body), **json_both_ways}
    assert_same(sent, "bedrock-runtime", "InvokeModel", **theirs)


@pytest.mark.parametrize("operation", KEYS)
def test_kms_is_sent_as_boto3_sends_it(sent: Sent, operation: str) -> None:
    request = {
        name: base64.b64encode(value).decode() if isinstance(value, bytes) else value
        for name, value in KEYS[operation].items()
    }
    assert aws.Aws(REGION).kms(operation, request, DEADLINE) == {"answer": 42}
    assert_same(sent, "kms", operation, **KEYS[operation])


def test_retrieve_is_sent_as_boto3_sends_it(sent: Sent) -> None:
    assert aws.Aws(REGION).retrieve("KB12345678", RETRIEVE, DEADLINE) == {"answer": 42}
    assert_same(sent, "bedrock-agent-runtime", "Retrieve", knowledgeBaseId="KB12345678", **RETRIEVE)


@pytest.mark.parametrize("operation", STORE)
def test_dynamodb_is_sent_as_boto3_sends_it(sent: Sent, operation: str) -> None:
    request = STORE[operation]
    assert aws.Aws(REGION).dynamodb(operation, request, DEADLINE) == {"answer": 42}
    assert_same(sent, "dynamodb", operation, **request)


def test_the_deadline_goes_all_the_way_down(sent: Sent) -> None:
    ours = aws.Aws(REGION)
    for call in (ours.converse, ours.retrieve, ours.dynamodb, ours.invoke_model, ours.kms):
        sent.deadline = 0.0
        call("x", {}, DEADLINE)
        assert sent.deadline == DEADLINE
    assert ours.converse_stream("x", {}, DEADLINE, ignore).deadline == sent.deadline == DEADLINE


def test_one_client_serves_every_call_of_an_environment() -> None:
    assert aws.client() is aws.client()


def test_exports_what_a_handler_needs() -> None:
    assert sorted(aws.__all__) == [
        "Aws",
        "AwsError",
        "Client",
        "TimedOut",
        "Unreachable",
        "UpstreamFailure",
        "client",
    ]
