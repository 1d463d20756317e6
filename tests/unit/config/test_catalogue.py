"""The catalogue: what a model is, where it answers, and what a mistake in it is told."""

import pytest

from config.errors import ConfigError
from config.load import MODELS, environment_names, load_catalogue, load_environment, parse_catalogue
from config.models import find_target, invocable_ids

TEXT = MODELS.read_text(encoding="utf-8")


def test_holds_current_models_of_six_providers_or_more():
    models = load_catalogue().values()
    assert len(models) >= 8
    assert len({model.provider for model in models}) >= 6


@pytest.mark.parametrize("model", load_catalogue().values(), ids=lambda model: model.id)
def test_every_fact_has_a_source_and_a_date(model):
    assert model.source and model.retrieved
    assert model.price and model.price.source and model.price.retrieved


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
    "a date that is none": ("retrieved = 2026-11-22", "retrieved = 'soon'", "retrieved", "date"),
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
