"""Endpoints and errors are read as botocore reads them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import pytest
from botocore.awsrequest import HeadersDict
from botocore.parsers import create_parser
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import prepared
from peers import Dial, Notices, plugged, says, stays

from gateway.aws_json import error_of, object_of
from gateway.client import Client, credentials, endpoint_of
from gateway.connection import Connection
from gateway.failures import AwsError, ClientGone, TimedOut, Unreachable, UpstreamFailure
from gateway.incoming import Response

OPERATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "bedrock-runtime": ("Converse", {"modelId": "m"}),
    "bedrock-agent-runtime": (
        "Retrieve",
        {"knowledgeBaseId": "KB12345678", "retrievalQuery": {"text": "?"}},
    ),
    "dynamodb": ("ListTables", {}),
    "kms": ("ListKeys", {}),
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


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=3), inner),
    max_leaves=5,
)


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


@pytest.mark.parametrize("body", [
    b"<html>", b"[1]", b"\xff", b'{"a":', b'{"a":1} {}', b'{"a":"\xed\xa0\x80"}',
    b'{"a":' + b"[" * 100_000,
])  # fmt: skip
def test_a_success_that_is_no_object_is_a_failure(
    body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UpstreamFailure, match="JSON object"):
        replying(monkeypatch, Response(200, {}, body)).call_json("/", {})


def test_an_empty_success_is_an_empty_object(monkeypatch: pytest.MonkeyPatch) -> None:
    assert replying(monkeypatch, Response(200, {}, b"")).call_json("/", {}) == {}


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.dictionaries(st.text("abé", max_size=5), json_values, max_size=5),
    st.booleans(),
    st.booleans(),
)
def test_an_object_is_read_as_json_reads_it(
    value: dict[str, Any], ascii: bool, spaced: bool
) -> None:
    text = json.dumps(value, ensure_ascii=ascii, indent=1 if spaced else None)
    body = f" \r\n\t{text}\n" if spaced else text
    assert object_of(body.encode()) == json.loads(body) == value


@pytest.mark.parametrize("body", [b"[1]", b'"text"', b"7", b"[" * 100_000])
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


# streams

DEADLINE = time.monotonic() + 600


@pytest.fixture
def peers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Dial]:
    yield from plugged(monkeypatch)


@pytest.fixture
def link() -> Iterator[Client]:
    made = client(endpoint="http://localhost")
    yield made
    if made._connection._kept:
        made._connection._kept.hang_up()


def ignore() -> None:
    """The client is there."""


def reply(status: int, headers: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status} Said\r\n{headers}content-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def test_a_stream_is_asked_for_as_any_call_is(peers: Dial, link: Client) -> None:
    seen = peers(stays(reply(200, "", b"{}")))
    with mock.patch("time.time", return_value=1_800_000_000.0):
        link.call_json("/model/m/converse", {"a": 1}, deadline=DEADLINE)
        answer = link.stream("/model/m/converse", {"a": 1}, deadline=DEADLINE, check_client=ignore)
    assert b"".join(answer) == b"{}"
    assert seen.requests[0] == seen.requests[1]


@pytest.mark.parametrize(("status", "headers", "body"), BEDROCK_ERRORS)
def test_a_stream_that_is_refused_is_the_error_that_a_call_is(
    peers: Dial, link: Client, status: int, headers: dict[str, str], body: bytes
) -> None:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    seen = peers(stays(reply(status, lines, body)))
    with pytest.raises(AwsError) as called:
        link.call_json("/", {}, deadline=DEADLINE)
    with pytest.raises(AwsError) as streamed:
        link.stream("/", {}, deadline=DEADLINE, check_client=ignore)
    assert vars(streamed.value) == vars(called.value)
    assert str(streamed.value) == str(called.value)
    assert seen.dialled == 1


REFUSAL = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 99\r\n\r\n{"


def test_a_refusal_that_never_ends_is_over_at_the_deadline(peers: Dial, link: Client) -> None:
    notices = Notices()
    seen = peers(says(REFUSAL, then=notices))
    with pytest.raises(TimedOut):
        link.stream("/", {}, deadline=time.monotonic() + 0.1, check_client=ignore)
    seen.wait()
    assert notices.hung_up


def test_a_refusal_that_breaks_off_is_unreachable(peers: Dial, link: Client) -> None:
    peers(says(REFUSAL))
    with pytest.raises(Unreachable):
        link.stream("/", {}, deadline=DEADLINE, check_client=ignore)


def test_nobody_waits_for_a_refusal_once_the_client_has_gone(peers: Dial, link: Client) -> None:
    left = [None] * 2

    def check() -> None:
        if not left:
            raise ClientGone("gone")
        left.pop()

    peers(says(REFUSAL, then=Notices()))
    with pytest.raises(ClientGone):
        link.stream("/", {}, deadline=DEADLINE, check_client=check)
