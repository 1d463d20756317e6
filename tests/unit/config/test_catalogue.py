"""The catalogue: what a model is, where it answers, and what a mistake in it is told."""

from fnmatch import fnmatch

import pytest

from config.errors import ConfigError
from config.load import MODELS, environment_names, load_catalogue, load_environment, parse_catalogue
from config.models import find_target, invocable_ids

# The models before the one that the mistakes are made in stay out of it.
FIRST = '["amazon.nova-micro-v1:0"]'
TEXT = FIRST + MODELS.read_text(encoding="utf-8").partition(FIRST)[2]
SAMPLING = {"temperature", "top_p"}


def named(pattern):
    """The models whose id the pattern (fnmatch) matches; never none."""
    found = [model for id, model in load_catalogue().items() if fnmatch(id, pattern)]
    assert found, f"no {pattern}"
    return found


def test_holds_chat_embedding_and_rerank_models_of_every_provider():
    models = load_catalogue().values()
    assert {model.kind for model in models} == {"chat", "embedding", "rerank"}
    expected = {"AI21 Labs", "Amazon", "Anthropic", "Cohere", "DeepSeek", "Meta", "Mistral AI"}
    assert {model.provider for model in models} >= expected | {"OpenAI", "Qwen"}


@pytest.mark.parametrize("model", load_catalogue().values(), ids=lambda model: model.id)
def test_every_fact_has_a_source_and_a_date(model):
    for facts in (model, model.limits, model.capabilities, model.price or model):
        assert facts.source and facts.retrieved


@pytest.mark.parametrize("model", load_catalogue().values(), ids=lambda model: model.id)
def test_every_model_answers_somewhere_and_a_price_is_whole(model):
    assert model.on_demand or model.profiles
    needed = {"chat": {"input", "output"}, "embedding": {"input"}, "rerank": {"query"}}[model.kind]
    listed = [model.price.regional, model.price.global_] if model.price else []
    for price in (price for price in listed if price):
        assert price.model_fields_set >= needed


REFUSALS = {
    "anthropic.claude-opus-4-[78]": SAMPLING,
    "anthropic.claude-opus-5*": SAMPLING,
    "anthropic.claude-sonnet-5*": SAMPLING,
    "anthropic.claude-haiku-5-5": SAMPLING,
    "anthropic.claude-fable-*": SAMPLING | {"tool_choice"},
    "anthropic.claude-*-5-5": SAMPLING,
    "anthropic.claude-[so]*-5-5": {"tool_choice"},
    "openai.gpt-[56]*": SAMPLING,
    "openai.gpt-5.6-*": {"stop"},
    "openai.gpt-6*": {"stop"},
    "xai.grok-*": {"stop"},
    "meta.llama*": {"tool_choice"},
}


@pytest.mark.parametrize("pattern", REFUSALS)
def test_a_model_does_not_accept_what_bedrock_refuses(pattern):
    """bedrock-2026 §0.7: each of these is a 400."""
    for model in named(pattern):
        assert not REFUSALS[pattern] & model.capabilities.accepts, model.id


EFFORTS = {
    "anthropic.claude-sonnet-5*": "output_config",
    "openai.gpt-[56]*": "reasoning",
    "openai.gpt-oss-?20b-1:0": "reasoning_effort",
    "deepseek.v3*": "reasoning_effort",
    "deepseek.r1*": None,
    "amazon.nova-2-lite*": "reasoning_config",
    "amazon.nova-pro*": None,
}


@pytest.mark.parametrize("pattern", EFFORTS)
def test_the_effort_is_spelled_as_the_model_reads_it(pattern):
    assert {m.capabilities.reasoning_effort for m in named(pattern)} == {EFFORTS[pattern]}


EMBEDDINGS = {
    "amazon.titan-embed-text-v1": "titan_v1",
    "amazon.titan-embed-text-v2:0": "titan_v2",
    "amazon.titan-embed-image-v1": "titan_multimodal",
    "cohere.embed-*-v3": "cohere_v3",
    "cohere.embed-v4:0": "cohere_v4",
    "amazon.nova-2-multimodal-embeddings-*": "nova",
    "amazon.titan-embed-g1-text-02": None,
    "twelvelabs.marengo-*": None,
    "amazon.nova-pro*": None,
}


@pytest.mark.parametrize("pattern", EMBEDDINGS)
def test_a_request_for_vectors_is_spelled_as_the_model_reads_it(pattern):
    assert {m.capabilities.embedding for m in named(pattern)} == {EMBEDDINGS[pattern]}


@pytest.mark.parametrize("name", environment_names())
def test_every_environment_can_ask_its_embedding_models(name):
    aliases = load_environment(name).aliases.values()
    embedding = [alias.model.model for alias in aliases if alias.model.model.kind == "embedding"]
    assert all(model.capabilities.embedding for model in embedding)


ENDS = {
    "ai21.jamba-1-5-*": "2026-11-26",
    "anthropic.claude-opus-4-1-*": "2027-01-08",
    "anthropic.claude-sonnet-4-5-*": "2027-04-08",
    "meta.llama3-3-*": "2027-03-30",
    "meta.llama4-*": "2027-03-30",
    "deepseek.r1-*": "2027-03-30",
}


@pytest.mark.parametrize("pattern", ENDS)
def test_a_model_that_ends_says_when(pattern):
    assert {str(model.end_of_life) for model in named(pattern)} == {ENDS[pattern]}


@pytest.mark.parametrize("pattern", ["anthropic.claude-[sohf]*-5*", "openai.gpt-[56]*", "xai.*"])
def test_a_bare_id_of_the_other_endpoint_is_not_invoked(pattern):
    """bedrock-2026 §0.6: only a profile answers; London alone has some of them in its Region."""
    for model in named(pattern):
        assert set(model.on_demand) <= {"eu-west-2"}, model.id


def test_only_chat_models_take_a_guardrail():
    assert {m.kind for m in load_catalogue().values() if m.capabilities.guardrails} == {"chat"}


DIMENSIONS = {
    "amazon.titan-embed-text-v2:0": (256, 512, 1024),
    "amazon.titan-embed-text-v1": (1536,),
    "cohere.embed-v4:0": (256, 512, 1024, 1536),
    "cohere.embed-*-v3": (1024,),
    "amazon.nova-2-multimodal-embeddings-v1:0": (256, 384, 1024, 3072),
}


@pytest.mark.parametrize("pattern", DIMENSIONS)
def test_an_embedding_model_says_which_vectors_it_makes(pattern):
    assert {model.limits.dimensions for model in named(pattern)} == {DIMENSIONS[pattern]}


@pytest.mark.parametrize("name", environment_names())
def test_every_environment_loads(name):
    assert load_environment(name).name == name


def test_a_profile_serves_from_the_regions_of_its_source():
    target = find_target("us.amazon.nova-lite-v1:0", load_catalogue(), "us-west-1")
    assert target.destinations == ("us-east-1", "us-east-2", "us-west-1", "us-west-2")


def test_a_global_profile_serves_from_everywhere_at_its_own_price():
    catalogue = load_catalogue()
    everywhere = find_target("global.anthropic.claude-haiku-5-5", catalogue, "us-east-1")
    here = find_target("us.anthropic.claude-haiku-5-5", catalogue, "us-east-1")
    assert {"eu-west-1", "ap-northeast-1", "us-east-1"} <= set(everywhere.destinations)
    assert everywhere.price.input < here.price.input


def test_a_price_depends_on_where_a_request_is_served():
    catalogue = load_catalogue()
    here = find_target("us.amazon.nova-pro-v1:0", catalogue, "us-east-1").price
    there = find_target("eu.amazon.nova-pro-v1:0", catalogue, "eu-west-1").price
    assert (here.input, there.input) == (0.8, 1.05)
    bare = find_target("deepseek.v3.2", catalogue, "us-east-1").price
    assert find_target("deepseek.v3.2", catalogue, "eu-north-1").price.input > bare.input


def test_a_long_request_costs_more_where_the_provider_says_so():
    long = load_catalogue()["anthropic.claude-haiku-5-5"].price.long
    assert (long.above, long.at("global").input, long.at("eu").input) == (100_000, 0.5, 0.55)


def test_a_bare_id_serves_from_its_own_region():
    target = find_target("deepseek.v3.2", load_catalogue(), "eu-north-1")
    assert (target.prefix, target.destinations) == (None, ("eu-north-1",))


def test_lists_every_id_that_can_be_invoked_from_a_region():
    nova = load_catalogue()["amazon.nova-pro-v1:0"]
    assert invocable_ids(nova, "us-east-1") == (nova.id, f"us.{nova.id}")
    assert invocable_ids(nova, "eu-west-1") == (f"eu.{nova.id}",)
    assert invocable_ids(nova, "sa-east-1") == ()


MISTAKES = {
    "an unknown fact": ('provider = "Amazon"', 'vendor = "Amazon"', "vendor", "no such field"),
    "an unknown capability": ('"top_p"', '"topp"', "capabilities.accepts", "'top_p'"),
    "a free model": ("input = 0.035", "input = 0", "price.regional.input", "greater than 0"),
    "a date that is none": ("retrieved = 2026", "retrieved = 'soon' # 2026", "retrieved", "date"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_refused_by_name(mistake):
    right, wrong, field, remedy = MISTAKES[mistake]
    with pytest.raises(ConfigError) as refused:
        parse_catalogue(TEXT.replace(right, wrong, 1))
    told = str(refused.value.problems[0] if field != "vendor" else refused.value)
    assert "config/models.toml" in told
    assert f'"amazon.nova-micro-v1:0".{field}' in told
    assert remedy in told
