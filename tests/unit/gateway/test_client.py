"""Endpoints and errors are read as botocore reads them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.awsrequest import HeadersDict
from botocore.parsers import create_parser
from oracle import prepared

from gateway.client import Client, credentials, endpoint_of, error_of
from gateway.connection import Connection, Response
from gateway.failures import AwsError, UpstreamFailure

OPERATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "bedrock-runtime": ("Converse", {"modelId": "m"}),
    "bedrock-agent-runtime": (
        "Retrieve",
        {"knowledgeBaseId": "KB12345678", "retrievalQuery": {"text": "?"}},
    ),
    "dynamodb": ("ListTables", {}),
}
REGIONS = ["us-east-1", "eu-west-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1"]

BEDROCK_ERRORS = [
    (429, {"x-amzn-ErrorType": "ThrottlingException:http://internal.amazon.com/coral/"}, b"{}"),
    (400, {"x-amzn-ErrorType": "ValidationException"}, b'{"message":"The model is unknown."}'),
    (403, {"x-amzn-ErrorType": "AccessDeniedException"}, b'{"Message":"User: arn:aws:iam::1:x"}'),
    (424, {"x-amzn-ErrorType": "aws.bedrock#ModelErrorException"}, b'{"originalStatusCode":500}'),
    (403, {}, b'{"__type":"com.amazon.coral#UnrecognizedClientException","message":"no"}'),
    (400, {}, b'{"code":"ValidationException:","message":"x","__type":"Other"}'),
    (400, {}, b'{"Code":"ValidationException"}'),
    (404, {}, b'{"message":null}'),
    (404, {}, b"<html>not found</html>"),
    (503, {}, b""),
    (502, {}, b"<html><body>Bad Gateway</body></html>"),
]
DYNAMODB_TYPE = b"com.amazonaws.dynamodb.v20120810"
DYNAMODB_ERRORS = [
    (400, {}, b'{"__type":"%b#ConditionalCheckFailedException","message":"no"}' % DYNAMODB_TYPE),
    (400, {}, b'{"__type":"%b#ResourceNotFoundException","Message":"x"}' % DYNAMODB_TYPE),
    (400, {}, b'{"__type":"com.amazon.coral.validate#ValidationException","message":"y"}'),
    (400, {}, b'{"__type":"MissingAuthenticationTokenException:http://x/"}'),
    (500, {}, b'{"__type":"%b#InternalServerError"}' % DYNAMODB_TYPE),
    (503, {}, b""),
]


def client(**options: Any) -> Client:
    defaults = {"region": "eu-west-1", "connect_timeout_s": 1, "read_timeout_s": 1}
    return Client("bedrock-runtime", **{**defaults, **options})


def replying(monkeypatch: pytest.MonkeyPatch, response: Response) -> Client:
    monkeypatch.setattr(Connection, "exchange", lambda *_, **__: response)
    return client()


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("service", OPERATIONS)
def test_endpoint_is_botocores(service: str, region: str) -> None:
    operation, parameters = OPERATIONS[service]
    theirs = urlsplit(prepared(service, operation, region, **parameters).url)
    assert endpoint_of(service, region) == f"{theirs.scheme}://{theirs.netloc}"


@pytest.mark.parametrize("service", OPERATIONS)
@pytest.mark.parametrize("settings", [
    {"AWS_ENDPOINT_URL": "https://aws.example:4566"},
    {"AWS_ENDPOINT_URL": "https://aws.example", "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1"},
    {"AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "https://model.example"},
    {"AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME": "https://kb.example"},
    {"AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_DYNAMODB": ""},
])  # fmt: skip
def test_endpoint_variables_are_botocores(
    service: str, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    operation, parameters = OPERATIONS[service]
    theirs = urlsplit(prepared(service, operation, "eu-west-1", **parameters).url)
    assert endpoint_of(service, "eu-west-1") == f"{theirs.scheme}://{theirs.netloc}"


@pytest.mark.parametrize("endpoint", [
    "https://aws.example", "https://aws.example:443", "https://AWS.example:4566/base/",
    "http://127.0.0.1:4566", "http://[::1]:4566", "http://localhost:80",
])  # fmt: skip
def test_host_and_path_are_botocores(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def exchange(
        _: Connection, method: str, target: str, headers: dict[str, str], *rest: Any, **__: Any
    ) -> Response:
        seen.extend([headers["host"], target])
        return Response(200, {}, b"")

    monkeypatch.setattr(Connection, "exchange", exchange)
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    client().request("POST", "/model/m/converse")
    theirs = urlsplit(prepared("bedrock-runtime", "Converse", "eu-west-1", modelId="m").url)
    assert seen == [theirs.netloc.lower().removesuffix(":443").removesuffix(":80"), theirs.path]


@pytest.mark.parametrize("endpoint", [
    "http://aws.example", "http://127.evil.example", "http://10.0.0.1:4566", "ftp://localhost", "x",
])  # fmt: skip
def test_refuses_an_endpoint_that_would_show_prompts_to_the_network(endpoint: str) -> None:
    with pytest.raises(ValueError, match="https://"):
        client(endpoint=endpoint)


@pytest.mark.parametrize(("protocol", "errors"), [
    ("rest-json", BEDROCK_ERRORS), ("json", DYNAMODB_ERRORS),
])  # fmt: skip
def test_error_codes_are_botocores(
    protocol: str, errors: list[tuple[int, dict[str, str], bytes]]
) -> None:
    for status, headers, body in errors:
        given = {"status_code": status, "headers": HeadersDict(headers), "body": body}
        theirs = create_parser(protocol).parse(given, None)["Error"]
        ours = error_of(Response(status, {k.lower(): v for k, v in headers.items()}, body))
        assert (ours.status, ours.code) == (status, theirs["Code"]), body
        # For a proxy's page botocore puts the status's own words where we keep the page.
        assert ours.detail == (theirs["Message"] or "") or status >= 500


def test_an_error_keeps_what_aws_said_out_of_what_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    message = "User: arn:aws:sts::123456789012:assumed-role/chat is not authorized"
    body = b'{"message": "%b"}' % message.encode()
    denied = Response(403, {"x-amzn-errortype": "AccessDeniedException"}, body)
    with pytest.raises(AwsError) as caught:
        replying(monkeypatch, denied).call_json("/", {})
    assert str(caught.value) == "AWS answered 403 AccessDeniedException"
    assert caught.value.detail == message


@pytest.mark.parametrize("body", [b"<html>", b"[1]", b"\xff", b'{"a":'])
def test_a_success_that_is_no_object_is_a_failure(
    body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UpstreamFailure, match="JSON object"):
        replying(monkeypatch, Response(200, {}, body)).call_json("/", {})


def test_an_empty_success_is_an_empty_object(monkeypatch: pytest.MonkeyPatch) -> None:
    assert replying(monkeypatch, Response(200, {}, b"")).call_json("/", {}) == {}


@pytest.mark.parametrize("body", [b"[1]", b'"text"', b"7"])
def test_an_error_that_is_no_object_is_still_an_error(body: bytes) -> None:
    assert error_of(Response(500, {}, body)).code == "500"


def test_keys_are_read_at_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    assert credentials().session_token == "token"
    monkeypatch.setenv("AWS_SESSION_TOKEN", "later")
    assert credentials().session_token == "later"


def test_missing_keys_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(RuntimeError, match="AWS_SECRET_ACCESS_KEY"):
        credentials()
