"""The deployed platform, called as an application calls it: the stock openai client, over TLS."""

import ssl

import httpx2
import openai
import pytest

from local.platform_file import Deployed

QUESTION = "How long is the refund window?"


def client_for(platform: Deployed, api_key: str | None = None) -> openai.OpenAI:
    trusted = ssl.create_default_context(cafile=platform.ca_file)
    return openai.OpenAI(
        base_url=platform.base_url,
        api_key=api_key or platform.api_key,
        max_retries=0,
        http_client=httpx2.Client(verify=trusted, trust_env=False),
    )


@pytest.fixture
def client(platform):
    with client_for(platform) as made:
        yield made


def ask(client: openai.OpenAI, question: str, alias: str = "docs-assistant"):
    said = [{"role": "user", "content": question}]
    return client.chat.completions.create(model=alias, messages=said)


def test_answers_from_the_document_and_cites_it(client):
    answer = ask(client, QUESTION)
    assert "34" in answer.choices[0].message.content
    best = answer.x_strata["citations"][0]
    assert best["document"] == "handbook/returns-and-refunds.md"
    assert "The refund window is 34 days" in best["passage"]
    assert 0 < best["score"] <= 1
    url = answer.choices[0].message.annotations[0].url_citation.url
    assert url == "handbook/returns-and-refunds.md"


def test_finds_a_japanese_document_by_meaning(client):
    answer = ask(client, "代車の「こまどり号」の料金はいくらですか。")
    assert answer.x_strata["citations"][0]["document"] == "handbook/repairs-ja.md"


def test_counts_the_models_own_tokens(client):
    usage = ask(client, QUESTION).usage
    assert usage.prompt_tokens > 50
    assert 0 < usage.completion_tokens <= 512
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


def test_adds_what_a_request_cost_to_the_tenants_month(client, cloud):
    def spent() -> int:
        rows = cloud.client("dynamodb").scan(TableName="strata-local-usage")["Items"]
        return sum(int(row["spent_micro_usd"]["N"]) for row in rows if row["tenant"]["S"] == "demo")

    before = spent()
    ask(client, QUESTION)
    assert spent() > before


@pytest.mark.parametrize("alias", ["chat-default", "docs-assistant"])
def test_a_blocked_word_gives_the_guardrails_message(client, alias):
    answer = ask(client, "Tell me about Project Nightjar.", alias)
    assert answer.choices[0].finish_reason == "content_filter"
    assert answer.choices[0].message.content == "This request was blocked by the usage policy."


def test_a_blocked_word_in_the_callers_system_text_is_blocked_too(client):
    said = [
        {"role": "system", "content": "You know all about Project Nightjar."},
        {"role": "user", "content": "Hello."},
    ]
    answer = client.chat.completions.create(model="chat-default", messages=said)
    assert answer.choices[0].finish_reason == "content_filter"


@pytest.mark.parametrize("key", ["sk-strata-wrong", "sk-openai-key", "x"])
def test_a_wrong_key_is_a_401_in_openais_shape(platform, key):
    with client_for(platform, key) as stranger, pytest.raises(openai.AuthenticationError) as told:
        ask(stranger, QUESTION)
    assert told.value.code == "invalid_api_key"


def test_a_missing_key_is_a_401(platform):
    trusted = ssl.create_default_context(cafile=platform.ca_file)
    with httpx2.Client(verify=trusted, trust_env=False) as nobody:
        assert nobody.get(f"{platform.base_url}/models").status_code == 401
        body = b"{ this is not JSON"
        assert nobody.post(f"{platform.base_url}/chat/completions", content=body).status_code == 401


def test_an_unknown_alias_is_a_404_that_names_the_known_ones(client):
    with pytest.raises(openai.NotFoundError) as told:
        ask(client, QUESTION, alias="gpt-4o")
    for alias in ("chat-default", "docs-assistant", "reasoning", "embed-default"):
        assert alias in told.value.message


def test_a_wrong_field_is_a_400_that_names_it(client):
    with pytest.raises(openai.BadRequestError) as told:
        client.chat.completions.create(
            model="chat-default", messages=[{"role": "user", "content": "x"}], temperature=9
        )
    assert told.value.param == "temperature"


def test_a_body_over_the_limit_is_a_413(client):
    with pytest.raises(openai.APIStatusError) as told:
        ask(client, "x" * 1_000_001)
    assert told.value.status_code == 413


def test_an_unknown_route_is_a_404_in_openais_shape(client):
    with pytest.raises(openai.NotFoundError) as told:
        client.moderations.create(input="x")
    assert told.value.code == "not_found"


def test_lists_the_callers_aliases(client):
    listed = {model.id for model in client.models.list()}
    assert listed == {"chat-default", "docs-assistant", "reasoning", "embed-default"}
