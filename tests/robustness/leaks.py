"""S1 and S4: what a caller sends and what AWS says of itself, in no log and no error."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

from gateway.aws import AwsError, TimedOut, Unreachable, UpstreamFailure
from tests.robustness.always import PASSAGE, Always
from tests.robustness.gateway import SEARCH, Gateway

ARN = "arn:aws:bedrock:us-east-1:111111111111:application-inference-profile/x1y2z3"
# Kinds of what must not be logged; `{}` is a number, so that each is found again alone.
SECRETS = (
    "jane.doe{}@example.com",
    "+81 90-{:04d}-5678",
    "4111 1111 1111 {:04d}",
    "AKIAIOSFODNN7EX{:04d}",
    "wJalrXUtnFEMI/K7MDENG/{:06d}KEY",
    "EMP-{:06d}",
    "123-45-{:04d}",
    "GB29 NWBK 6016 1331 92{:04d}",
    "192.0.2.{}",
    "00:1B:44:11:3A:{:04d}",
    "P@ssw0rd-{}",
    "sk-strata-secret-{}",
    "ghp_{:036d}",
    "-----BEGIN PRIVATE KEY-----{}",
    "eyJhbGciOiJIUzI1NiJ9.{}.sig",
    "1-2-{} Chuo, Kyoto",
    "パスポート番号{}",
    "Project Nightjar {}",
    "https://internal.example.com/?token={}",
    "postgres://admin:hunter{}@db",
)
FAILURES = (
    AwsError(400, "ValidationException", detail=ARN),
    AwsError(403, "AccessDeniedException", detail=ARN),
    AwsError(404, "ResourceNotFoundException", detail=ARN),
    AwsError(429, "ThrottlingException", detail=ARN),
    AwsError(500, "InternalServerException", detail=ARN),
    TimedOut("no answer in time", detail=ARN),
    Unreachable("the connection failed", detail=ARN),
    UpstreamFailure("not whole", detail=ARN),
    KeyError(ARN),
    RuntimeError(f"{ARN} in a bug of ours"),
)
OPERATIONS = (
    "converse",
    "converse_stream",
    "invoke_model",
    "apply_guardrail",
    "retrieve",
    "dynamodb",
)


class Failing(Always):
    """Fails where it is told to, in AWS's own words and in the request's."""

    def __init__(self, operation: str, failure: Exception) -> None:
        super().__init__()
        self._operation, self._failure = operation, failure

    def __getattribute__(self, name: str) -> Any:
        if name in OPERATIONS and name == object.__getattribute__(self, "_operation"):
            return self._fail
        return object.__getattribute__(self, name)

    def _fail(self, *given: Any) -> Any:
        raise self._failure


def requests(secret: str, chance: random.Random) -> tuple[str, dict[str, Any], dict[str, str]]:
    """A route, a body and headers that hold the secret in a place of chance's choice."""
    route = chance.choice(list(_BODIES))
    body = json.loads(json.dumps(_BODIES[route]).replace("SECRET", json.dumps(secret)[1:-1]))
    if chance.random() < 0.3:
        body[chance.choice(("temperature", "nonsense", "stop", "tools", "user"))] = secret
    if "model" in body and chance.random() < 0.5:
        body["stream"] = True
    return route, body, {"content-type": "application/json", "x-note": secret.encode().hex()}


_SAID = "Tell me about SECRET."
_CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": "b"}'}}
_TOOL = {"type": "function", "function": {"name": "f", "description": "SECRET"}}
_BODIES: dict[str, dict[str, Any]] = {
    "/v1/chat/completions": {
        "model": "plain",
        "tools": [_TOOL],
        "messages": [
            {"role": "system", "content": "SECRET"},
            {"role": "user", "content": _SAID},
            {"role": "assistant", "tool_calls": [_CALL]},
            {"role": "tool", "tool_call_id": "c1", "content": "SECRET"},
        ],
    },
    "/v1/responses": {"model": "plain", "input": _SAID, "instructions": "SECRET"},
    "/v1/messages": {
        "model": "plain",
        "max_tokens": 9,
        "system": "SECRET",
        "messages": [{"role": "user", "content": _SAID}],
    },
    "/v1/embeddings": {"model": "embed-default", "input": [_SAID]},
    SEARCH: {
        "query": _SAID,
        "filter": {"orAll": [{"equals": {"key": "x", "value": "SECRET"}}] * 2},
        "rerank": True,
    },
}
_FOUND: str = PASSAGE["content"]["text"]


def leaks(count: int, seed: int) -> Iterator[str]:
    """Every place where something of a request or of AWS's came out again."""
    chance = random.Random(seed)
    for i in range(count):
        secret = SECRETS[i % len(SECRETS)].format(i)
        route, body, headers = requests(secret, chance)
        gateway = Gateway()
        failure = chance.choice(FAILURES) if chance.random() < 0.7 else None
        if failure:
            gateway.aws = Failing(chance.choice(OPERATIONS), failure)
        yield from _leaks_of(gateway, route, body, headers, secret)


def _leaks_of(
    gateway: Gateway,
    route: str,
    body: Mapping[str, Any],
    headers: Mapping[str, str],
    secret: str,
) -> Iterator[str]:
    log = io.StringIO()
    with redirect_stdout(log), redirect_stderr(log):
        status, _, answer = gateway.send("POST", route, json.dumps(body).encode(), headers.items())
    printed, told = log.getvalue(), answer.decode()
    for forbidden in (secret, json.dumps(secret)[1:-1], secret.encode().hex()):
        if forbidden in printed:
            yield f"{route}: {forbidden!r} in the log"
        if status >= 400 and forbidden in told:
            yield f"{route}: {forbidden!r} in an error"
    if _FOUND in printed or (status >= 400 and _FOUND in told):
        yield f"{route}: a passage in the log or in an error"
    for forbidden in ("arn:aws", "111111111111", "x1y2z3"):
        if forbidden in printed + told:
            yield f"{route}: {forbidden!r} came out"
