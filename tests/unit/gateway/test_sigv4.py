"""botocore is the oracle: the same request, keys and time give the same headers."""

from __future__ import annotations

import datetime
import string
from unittest import mock
from urllib.parse import quote

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.sigv4 import Credentials, sign

HOST = "bedrock-runtime.eu-west-1.amazonaws.com"
ARN = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/a1b2c3"
MODELS = ["us.anthropic.claude-haiku-5-5", "amazon.nova-lite-v1:0", ARN, "モデル", "50%+ ~x/y"]

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
encoded = text.map(lambda value: quote(value, safe=""))
token = st.text(string.ascii_letters + string.digits + "-", min_size=1, max_size=20)

segments = st.one_of(
    encoded,
    st.sampled_from(MODELS).map(lambda model: quote(model, safe="-._~")),
    st.sampled_from(["", ".", "..", "model", "converse"]),
    st.text(string.ascii_letters + "-._~!$&'()*+,;=:@", max_size=20),
)
paths = st.lists(segments, max_size=5).map(lambda parts: "/" + "/".join(parts))
pairs = st.one_of(encoded, st.tuples(encoded, encoded).map("=".join))
queries = st.lists(pairs, max_size=5).map("&".join)

reserved = {"authorization", "date", "host", "x-amz-content-sha256"}
reserved |= {"x-amz-date", "x-amz-security-token"}
unsigned = ["User-Agent", "X-Amzn-Trace-Id", "Connection", "Expect", "TE"]
names = st.one_of(token, st.sampled_from(["Content-Type", "X-Amz-Target", *unsigned]))
header_sets = st.dictionaries(
    names.filter(lambda name: name.lower() not in reserved),
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=20),
    max_size=6,
).filter(lambda headers: len({name.lower() for name in headers}) == len(headers))

moments = st.datetimes(
    min_value=datetime.datetime(2000, 1, 1),
    max_value=datetime.datetime(2099, 1, 1),
    timezones=st.just(datetime.UTC),
)


@settings(max_examples=500, deadline=None)
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    path=paths,
    query=queries,
    headers=header_sets,
    body=st.binary(max_size=200),
    region=token,
    signing_name=token,
    access_key=token,
    secret_key=text,
    session_token=st.none() | token,
    moment=moments,
)
@example(
    method="POST",
    path=f"/model/{quote(ARN, safe='-._~')}/converse",
    query="",
    headers={"Content-Type": "application/json"},
    body=b"{}",
    region="eu-west-1",
    signing_name="bedrock",
    access_key="AKIDEXAMPLE",
    secret_key="secret",
    session_token="token",
    moment=datetime.datetime(2026, 11, 30, tzinfo=datetime.UTC),
)
def test_signs_as_botocore_does(
    method: str,
    path: str,
    query: str,
    headers: dict[str, str],
    body: bytes,
    region: str,
    signing_name: str,
    access_key: str,
    secret_key: str,
    session_token: str | None,
    moment: datetime.datetime,
) -> None:
    target = f"{path}?{query}" if query else path
    theirs = AWSRequest(method, f"https://{HOST}{target}", headers=dict(headers), data=body)
    keys = BotocoreCredentials(access_key, secret_key, session_token)
    with mock.patch("botocore.auth.get_current_datetime", return_value=moment):
        SigV4Auth(keys, signing_name, region).add_auth(theirs)

    ours = sign(
        method,
        target,
        {"host": HOST, **headers},
        body,
        credentials=Credentials(access_key, secret_key, session_token),
        region=region,
        signing_name=signing_name,
        at=moment.timestamp(),
    )

    added = {k.lower(): v for k, v in theirs.headers.items() if k not in headers}
    assert ours == added


@pytest.mark.parametrize(
    ("target", "signature"),
    [
        ("/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        (
            "/?Param2=value2&Param1=value1",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
    ],
)
def test_signs_as_the_published_test_suite_does(target: str, signature: str) -> None:
    # aws-sig-v4-test-suite: get-vanilla, get-vanilla-query-order-key-case
    secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    moment = datetime.datetime(2015, 8, 30, 12, 36, tzinfo=datetime.UTC)
    headers = sign(
        "GET",
        target,
        {"host": "example.amazonaws.com"},
        b"",
        credentials=Credentials("AKIDEXAMPLE", secret_key),
        region="us-east-1",
        signing_name="service",
        at=moment.timestamp(),
    )
    assert headers["authorization"].endswith(
        f"SignedHeaders=host;x-amz-date, Signature={signature}"
    )
