"""The embeddings route: texts in their order, in OpenAI's shape, from each kind of model."""

import json
from typing import Any, get_args

import embedders
import examples
import httpx2
import openai
import pytest
from embedders import TOKENS, Embedder, vector
from hypothesis import given
from hypothesis import settings as budgeted
from hypothesis import strategies as st

from config.models import Embedding
from gateway import edge, embeddings
from gateway.aws import AwsError, TimedOut, Unreachable
from gateway.embedding_models import SPELLINGS
from gateway.settings import Settings, parse

WITH_DIMENSIONS = [name for name, spelling in SPELLINGS.items() if spelling.has_dimensions]
WITHOUT = sorted(set(SPELLINGS).difference(WITH_DIMENSIONS))


def settings(spelling: str = "titan_v2", *fallbacks: dict[str, Any]) -> Settings:
    target = {**examples.TITAN, "embedding": spelling}
    alias = {**examples.DECLARED["aliases"]["embed-default"], "targets": [target, *fallbacks]}
    aliases = {**examples.DECLARED["aliases"], "embed-default": alias}
    return parse({**examples.DECLARED, "aliases": aliases}, examples.DEPLOYED)


def respond(aws: Embedder, body: str, told: Settings, tenant: str = "demo") -> edge.Answer:
    event = {**examples.event("chat"), "resource": "/v1/embeddings", "body": body}
    event["requestContext"]["authorizer"]["tenant"] = tenant
    return embeddings.answer(event, examples.Context(), settings=told, upstream=aws)


def ask(aws: Embedder, told: Settings | None = None, tenant: str = "demo", **fields: Any) -> Any:
    """(status, body) of a request with these fields."""
    body = json.dumps({"model": "embed-default", "input": "a bicycle", **fields})
    answer = respond(aws, body, told or settings(), tenant)
    return answer.status, json.loads(b"".join(answer.chunks))


def error(*given: Any, **fields: Any) -> Any:
    """(status, code, param) of a request that fails."""
    status, body = ask(*given, **fields)
    assert status >= 400
    return status, body["error"]["code"], body["error"]["param"]


@pytest.fixture
def client():
    """OpenAI's own client, and what it talks to."""
    aws = Embedder()

    def answer(request: httpx2.Request) -> httpx2.Response:
        made = respond(aws, request.content.decode(), settings())
        return httpx2.Response(made.status, headers=made.headers, content=b"".join(made.chunks))

    http = httpx2.Client(transport=httpx2.MockTransport(answer))
    with openai.OpenAI(
        api_key="sk-strata-x", base_url="http://localhost/v1", http_client=http, max_retries=0
    ) as client:
        yield client


def test_openais_client_has_a_vector_for_each_text(client):
    made = client.embeddings.create(model="embed-default", input=["a bicycle", "income tax"])
    assert [each.index for each in made.data] == [0, 1]
    assert [each.embedding for each in made.data] == [
        vector("a bicycle", 8),
        vector("income tax", 8),
    ]
    assert made.model == "amazon.titan-embed-text-v2:0"
    assert (made.usage.prompt_tokens, made.usage.total_tokens) == (2 * TOKENS, 2 * TOKENS)


def test_both_encodings_say_the_same(client):
    said = [
        client.embeddings.create(model="embed-default", input="a bicycle", **encoding)
        for encoding in ({}, {"encoding_format": "float"}, {"encoding_format": "base64"})
    ]
    default, digits, packed = (each.data[0].embedding for each in said)
    assert isinstance(packed, str)  # who asks for it by name decodes it
    assert default == digits == vector("a bicycle", 8)


def test_openais_client_chooses_the_dimensions(client):
    made = client.embeddings.create(model="embed-default", input="a bicycle", dimensions=256)
    assert made.data[0].embedding == vector("a bicycle", 256)


def test_openais_client_raises_what_is_refused(client):
    with pytest.raises(openai.BadRequestError, match="tokens are not taken"):
        client.embeddings.create(model="embed-default", input=[[1, 2, 3]])


def test_digits_are_the_default():
    status, body = ask(Embedder())
    assert (status, body["object"], body["data"][0]["object"]) == (200, "list", "embedding")
    assert body["data"][0]["embedding"] == vector("a bicycle", 8)


def test_every_spelling_of_the_catalogue_is_known():
    assert set(SPELLINGS) == set(get_args(Embedding)) == set(embedders.MODELS)


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("count", [1, 2, 64])
def test_each_kind_of_model_keeps_the_order(spelling, count):
    texts = [f"text {i}" for i in range(count)]
    status, body = ask(Embedder(spelling), settings(spelling), input=texts)
    assert status == 200
    assert [each["embedding"] for each in body["data"]] == [vector(text, 8) for text in texts]
    assert [each["index"] for each in body["data"]] == list(range(count))
    assert body["usage"] == {"prompt_tokens": count * TOKENS, "total_tokens": count * TOKENS}


@pytest.mark.parametrize("spelling", WITH_DIMENSIONS)
def test_the_dimensions_are_passed_on(spelling):
    _, body = ask(Embedder(spelling), settings(spelling), dimensions=256.0)
    assert body["data"][0]["embedding"] == vector("a bicycle", 256)


@pytest.mark.parametrize("spelling", WITHOUT)
def test_a_model_of_one_length_is_not_asked_for_another(spelling):
    aws = Embedder(spelling)
    told = error(aws, settings(spelling), dimensions=256)
    assert (told, aws.asked) == ((400, "invalid_value", "dimensions"), [])


@pytest.mark.parametrize(("spelling", "calls"), [("titan_v2", 100), ("cohere_v4", 2)])
def test_a_model_is_asked_as_many_texts_at_once_as_it_takes(spelling, calls):
    aws = Embedder(spelling)
    assert ask(aws, settings(spelling), input=["x"] * 100)[0] == 200
    assert len(aws.asked) == calls


@pytest.mark.parametrize(
    ("spelling", "most"), [("titan_v2", 128), ("cohere_v3", 128), ("nova", 64)]
)
def test_more_texts_than_there_is_time_or_room_for_are_refused(spelling, most):
    aws = Embedder(spelling)
    assert ask(aws, settings(spelling), input=["x"] * most)[0] == 200
    status, body = ask(Embedder(spelling), settings(spelling), input=["x"] * (most + 1))
    assert (status, body["error"]["param"]) == (400, "input")
    assert str(most) in body["error"]["message"]


def test_the_models_arn_is_what_is_invoked():
    aws = Embedder()
    ask(aws)
    assert aws.asked == [(examples.TITAN["id"], {"inputText": "a bicycle", "normalize": True})]


def test_another_model_is_never_asked_in_its_place():
    other = {**examples.TITAN, "id": "cohere.embed-v4:0", "embedding": "cohere_v4"}
    aws = Embedder("titan_v2", AwsError(500, "InternalServerException"))
    assert error(aws, settings("titan_v2", other))[0] == 502
    assert len(aws.asked) == 1


REFUSED = {
    "input": [None, "", [], 7, {}, {"text": "x"}],
    "input[0]": [[""], [1, 2, 3], [[1, 2], [3]], [None], ["\ud800"]],
    "input[1]": [["x", 7]],
    "dimensions": [0, -1, 1.5, "256", True, 10**6],
    "encoding_format": ["base32", 7],
    "model": [None, "", 7],
    "user": [7],
    "input_type": ["search_query"],
}


@pytest.mark.parametrize(
    ("param", "value"), [(name, value) for name, values in REFUSED.items() for value in values]
)
def test_what_is_wrong_is_named(param, value):
    aws = Embedder()
    assert error(aws, **{param.partition("[")[0]: value}) == (400, "invalid_value", param)
    assert aws.asked == [] and aws.calls == []


def test_tokens_are_refused_in_words():
    _, body = ask(Embedder(), input=[1, 2, 3])
    assert "tokens are not taken" in body["error"]["message"]


def test_null_is_what_is_left_out():
    assert ask(Embedder(), dimensions=None, encoding_format=None, user=None)[0] == 200


def test_who_may_not_use_an_alias_is_told_so():
    assert error(Embedder(), model="nothing")[:2] == (404, "model_not_found")
    assert error(Embedder(), tenant="other")[:2] == (403, "forbidden")
    assert error(Embedder(), model="plain") == (400, "invalid_value", "model")


FAILURES = {
    "too long": (AwsError(400, "ValidationException", detail="arn:aws:x"), 400, "invalid_value"),
    "quota": (AwsError(400, "ServiceQuotaExceededException"), 429, "rate_limit_exceeded"),
    "throttled": (AwsError(429, "ThrottlingException"), 429, "rate_limit_exceeded"),
    "denied": (AwsError(403, "AccessDeniedException", detail="arn:aws:x"), 502, "bad_gateway"),
    "broken": (AwsError(500, "InternalServerException"), 502, "bad_gateway"),
    "gone": (Unreachable("no connection"), 502, "bad_gateway"),
    "late": (TimedOut("no answer in time"), 504, "timeout"),
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_failure_of_the_model_is_told_as_elsewhere(case):
    failure, status, code = FAILURES[case]
    told, body = ask(Embedder("titan_v2", failure))
    assert (told, body["error"]["code"]) == (status, code)
    assert "arn:" not in json.dumps(body)


def test_dimensions_that_the_model_refuses_are_named():
    aws = Embedder("titan_v2", AwsError(400, "ValidationException"))
    status, body = ask(aws, dimensions=300)
    assert (status, body["error"]["param"]) == (400, "dimensions")
    assert "300" in body["error"]["message"]


HALF = [
    {"inputTextTokenCount": 7},
    {"inputTextTokenCount": 7, "embedding": []},
    {"inputTextTokenCount": 7, "embedding": None},
    {"inputTextTokenCount": 7, "embedding": "0.5"},
    {"inputTextTokenCount": 7, "embedding": [0.5, None]},
    {"inputTextTokenCount": 7, "embedding": [0.5, float("nan")]},
    {"inputTextTokenCount": 7, "embedding": [0.5, 10**400]},
    {"inputTextTokenCount": "many", "embedding": [0.5]},
    {"embedding": [0.5]},
    {},
]


@pytest.mark.parametrize("answer", HALF)
def test_half_an_answer_is_none(answer):
    assert error(Embedder("titan_v2", (answer, {})))[:2] == (502, "bad_gateway")


def test_an_answer_for_fewer_texts_is_none():
    answer = {"embeddings": {"float": [[0.5]]}}, {"x-amzn-bedrock-input-token-count": "7"}
    assert error(Embedder("cohere_v4", answer), settings("cohere_v4"), input=["a", "b"])[0] == 502


def test_the_function_reads_its_own_settings(monkeypatch):
    monkeypatch.setattr(embeddings, "settings", settings)
    monkeypatch.setattr(embeddings, "client", Embedder)
    event = {**examples.event("chat"), "resource": "/v1/embeddings"}
    event["body"] = json.dumps({"model": "embed-default", "input": "a bicycle"})
    response = embeddings.handler(event, examples.Context())
    assert response["statusCode"] == 200
    assert response["headers"]["x-strata-model"] == examples.TITAN["id"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda each: (
        st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=8), each, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = ["model", "input", "dimensions", "encoding_format", "user"]


@budgeted(max_examples=300, deadline=None, derandomize=True)
@given(st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=8), json_values, max_size=3))
def test_any_json_is_answered_or_a_400(fields):
    assert ask(Embedder(), **fields)[0] in (200, 400, 404)


@budgeted(deadline=None, derandomize=True)
@given(st.text(max_size=30) | json_values.map(json.dumps))
def test_any_body_is_answered_or_a_400(body):
    assert respond(Embedder(), body, settings()).status == 400
