"""What is embedded goes through the alias's guardrail first, for its model takes none."""

import json
from collections.abc import Mapping
from typing import Any

import examples
import pytest
from embedders import Embedder, vector
from test_embeddings_money import spent
from verdicts import FINE, blocked, masked

from gateway import embeddings
from gateway.aws import AwsError, TimedOut, Unreachable, UpstreamFailure
from gateway.settings import Settings, parse


class Guarding(Embedder):
    """An embedding model behind a guardrail that answers so."""

    def __init__(self, verdict: Any) -> None:
        super().__init__()
        self.verdict = verdict
        self.guarded: list[tuple[str, str, Mapping[str, Any]]] = []

    def apply_guardrail(
        self, guardrail_id: str, version: str, request: Mapping[str, Any], deadline: float
    ) -> Any:
        self.guarded.append((guardrail_id, version, request))
        if isinstance(self.verdict, Exception):
            raise self.verdict
        return self.verdict


def settings() -> Settings:
    alias = {**examples.DECLARED["aliases"]["embed-default"], "guardrail": "standard"}
    aliases = {**examples.DECLARED["aliases"], "embed-default": alias}
    return parse({**examples.DECLARED, "aliases": aliases}, examples.DEPLOYED)


def ask(aws: Embedder, *texts: str) -> Any:
    """(status, body) of a request for these texts."""
    body = json.dumps({"model": "embed-default", "input": texts})
    event = {**examples.event("chat"), "resource": "/v1/embeddings", "body": body}
    answer = embeddings.answer(event, examples.Context(), settings=settings(), upstream=aws)
    return answer.status, json.loads(b"".join(answer.chunks))


def test_every_text_is_judged_once_and_before_any_is_embedded():
    aws = Guarding(FINE)
    status, body = ask(aws, "a bicycle", "a boat")
    content = [{"text": {"text": "a bicycle"}}, {"text": {"text": "a boat"}}]
    assert aws.guarded == [("gr1", "7", {"source": "INPUT", "content": content})]
    assert status == 200
    assert [each["embedding"] for each in body["data"]] == [
        vector("a bicycle", 8),
        vector("a boat", 8),
    ]


def test_masked_text_is_embedded_masked():
    aws = Guarding(masked("write to {EMAIL}", "a boat"))
    _, body = ask(aws, "write to jane@example.com", "a boat")
    assert body["data"][0]["embedding"] == vector("write to {EMAIL}", 8)
    assert "jane@example.com" not in str(aws.asked)


def test_a_blocked_text_is_a_400_in_the_guardrails_words_and_costs_nothing(capsys):
    aws = Guarding(blocked("Not here."))
    status, body = ask(aws, "Project Nightjar")
    assert (status, body["error"]) == (
        400,
        {
            "message": "Not here.",
            "type": "invalid_request_error",
            "param": "input",
            "code": "content_filter",
        },
    )
    assert aws.asked == []
    assert (spent(aws)["spent_micro_usd"], spent(aws)["held"]) == (0, 0)
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["outcome"] == "blocked"


FAILURES = {
    "throttled": (AwsError(429, "ThrottlingException"), 429),
    "failed": (AwsError(500, "InternalServerException"), 502),
    "denied": (AwsError(403, "AccessDeniedException"), 502),
    "not found": (AwsError(404, "ResourceNotFoundException"), 502),
    "over a quota": (AwsError(400, "ServiceQuotaExceededException"), 429),
    "too long": (AwsError(400, "ValidationException"), 400),
    "too slow": (TimedOut("no answer in time"), 504),
    "gone": (Unreachable("reset"), 502),
    "no JSON": (UpstreamFailure("not JSON"), 502),
    "no verdict": ({"action": "ALLOWED"}, 502),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_guardrail_that_cannot_be_asked_lets_nothing_be_embedded(failure):
    answer, status = FAILURES[failure]
    aws = Guarding(answer)
    assert ask(aws, "a bicycle")[0] == status
    assert aws.asked == []
    assert (spent(aws)["spent_micro_usd"], spent(aws)["held"]) == (0, 0)
