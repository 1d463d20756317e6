"""What embeddings cost: reserved before the first call, and settled by what the model counted."""

import json
import time
from typing import Any

import pytest
from embedders import TOKENS, Embedder
from test_embeddings import settings

from gateway import edge, embeddings
from gateway.aws import AwsError, Unreachable
from gateway.errors import GatewayError
from gateway.failures import ClientGone
from tests.fakes.requests import request

BROKEN = AwsError(500, "InternalServerException")


def embed(aws: Embedder, *, spelling: str = "titan_v2", **fields: Any) -> dict[str, Any]:
    """The facts of a request; raises what the route raises."""
    asked = asking(**fields)
    embeddings.embeddings(asked, settings=settings(spelling), upstream=aws)
    return asked.facts


def asking(**fields: Any) -> edge.Request:
    body = json.dumps({"model": "embed-default", "input": "a bicycle", **fields}).encode()
    return request(body=body, route="/v1/embeddings")


def spent(aws: Embedder) -> dict[str, Any]:
    """The tenant's month, without the counters of its seconds."""
    row = aws.row("strata-dev-usage", "demo", time.strftime("%Y-%m", time.gmtime()))
    held = sum(value for name, value in row.items() if name.startswith("minute_"))
    names = ("committed_micro_usd", "spent_micro_usd", "input_tokens", "requests")
    return {**{name: row.get(name, 0) for name in names}, "held": held}


def test_the_log_line_knows_what_was_asked_and_what_it_cost():
    facts = embed(Embedder(), input=["x"] * 100)
    assert facts == {
        "environment": "dev",
        "alias": "embed-default",
        "gen_ai.operation.name": "embeddings",
        "gen_ai.provider.name": "aws.bedrock",
        "gen_ai.request.model": "embed-default",
        "gen_ai.response.model": "amazon.titan-embed-text-v2:0",
        "gen_ai.usage.input_tokens": 100 * TOKENS,
        "gen_ai.usage.output_tokens": 0,
        "cost_micro_usd": 14,  # 700 tokens of 0.02 micro-dollars
        "budget_used_percent": 0.0,
    }


def test_what_the_model_counted_is_spent_and_nothing_stays_reserved():
    aws = Embedder()
    embed(aws, input=["x"] * 100)
    assert spent(aws) == {
        "committed_micro_usd": 14,
        "spent_micro_usd": 14,
        "input_tokens": 100 * TOKENS,
        "requests": 1,
        "held": 0,
    }


@pytest.mark.parametrize("spelling", ["titan_v2", "cohere_v4"])
@pytest.mark.parametrize("texts", [["x"], ["x"] * 128, ["日本語" * 30] * 3])
def test_more_is_reserved_than_can_be_spent(spelling, texts):
    aws = Embedder(spelling)
    embed(aws, spelling=spelling, input=texts)
    reserved = aws.calls[0][1]["ExpressionAttributeValues"][":held"]["N"]
    assert int(reserved) >= spent(aws)["spent_micro_usd"]


def test_a_model_that_answers_nothing_costs_nothing():
    aws = Embedder("titan_v2", BROKEN)
    with pytest.raises(AwsError):
        embed(aws)
    assert set(spent(aws).values()) == {0}


def test_what_was_answered_before_a_failure_is_paid_for():
    answer = {"embedding": [0.5], "inputTextTokenCount": 1_000}, {}
    aws = Embedder("titan_v2", answer, BROKEN)
    with pytest.raises(AwsError):
        embed(aws, input=["a", "b", "c"])
    left = {"committed_micro_usd": 20, "spent_micro_usd": 20, "input_tokens": 1_000}
    assert spent(aws) == {**left, "requests": 1, "held": 0}


def test_a_caller_who_has_gone_is_not_worked_for():
    aws = Embedder()
    asked = asking(input=["a", "b", "c"])

    def check_client() -> None:
        if aws.asked:
            raise ClientGone

    with pytest.raises(ClientGone):
        embeddings.embeddings(
            asked._replace(check_client=check_client), settings=settings(), upstream=aws
        )
    assert len(aws.asked) == 1
    assert spent(aws)["input_tokens"] == TOKENS


def test_without_a_budget_no_model_is_asked():
    aws, told = Embedder(), settings()
    poor = told.tenants["demo"]._replace(budget_micro_usd=0)
    with pytest.raises(GatewayError) as refused:
        embeddings.embeddings(
            asking(), settings=told._replace(tenants={"demo": poor}), upstream=aws
        )
    assert (refused.value.status, refused.value.code) == (429, "insufficient_quota")
    assert aws.asked == []


def test_without_the_table_no_model_is_asked():
    aws = Embedder()
    aws.trouble = lambda _operation, _request: (False, Unreachable("no connection"))
    with pytest.raises(GatewayError) as refused:
        embed(aws)
    assert (refused.value.status, aws.asked) == (503, [])
