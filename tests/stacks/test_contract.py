"""The settings that the stacks write are those that the handlers read, and what IAM allows."""

import json

import pytest

from config.load import environment_names, load_environment
from gateway.settings import Settings, parse
from tests.stacks.assembly import deployed_variable, plain, resources, settings_file, template

HANDLERS = ("Authorizer", "Chat", "Embeddings", "Search", "Models", "Usage")
# Lambda allows 4 kB of environment variables in all; ids are about this long once deployed.
LONGEST_ID = "x" * 12


def read(assembly, environment: str, handler: str) -> Settings:
    deployed = json.loads(deployed_variable(template(assembly, environment, "Gateway"), handler))
    # A version is a number once it is deployed, and nothing else is taken for one.
    versions = deployed["guardrails"].values()
    assert all(version.endswith(".Version") for _, version in versions)
    deployed["guardrails"] = {name: [id, "1"] for name, (id, _) in deployed["guardrails"].items()}
    return parse(settings_file(assembly, environment), deployed)


@pytest.mark.parametrize("handler", HANDLERS)
@pytest.mark.parametrize("environment", environment_names())
def test_every_handler_reads_its_settings(assembly, environment, handler):
    declared = load_environment(environment)
    told = read(assembly, environment, handler)
    assert set(told.aliases) == set(declared.aliases)
    assert told.max_body_bytes == declared.api.max_body_bytes
    assert told.timeout_s == declared.api.timeout_seconds
    assert told.cors_origins == declared.api.cors_origins


@pytest.mark.parametrize("environment", environment_names())
def test_a_tenant_keeps_its_aliases_budget_and_rate(assembly, environment):
    declared = load_environment(environment)
    told = read(assembly, environment, "Chat").tenants
    assert set(told) == set(declared.tenants)
    for name, tenant in declared.tenants.items():
        assert told[name].aliases == tenant.aliases
        assert told[name].budget_micro_usd == round(tenant.monthly_budget_usd * 1e6)
        assert told[name].requests_per_second == tenant.requests_per_second


@pytest.mark.parametrize("environment", environment_names())
def test_the_stores_have_the_names_that_the_handlers_know(assembly, environment):
    foundation = template(assembly, environment, "Foundation")
    told = read(assembly, environment, "Chat")
    tables = resources(foundation, "AWS::DynamoDB::Table").values()
    named = {table["Properties"]["TableName"] for table in tables}
    assert {told.keys_table, told.usage_table, told.answers_table} == named
    aliases = resources(foundation, "AWS::KMS::Alias").values()
    assert told.keys_mac in {alias["Properties"]["AliasName"] for alias in aliases}


@pytest.mark.parametrize("environment", environment_names())
def test_an_alias_keeps_its_models_guardrail_and_knowledge_base(assembly, environment):
    declared = load_environment(environment)
    for name, alias in read(assembly, environment, "Chat").aliases.items():
        origin = declared.aliases[name]
        assert [target.id for target in alias.targets] == [t.id for t in origin.targets]
        assert bool(alias.guardrail) == bool(origin.guardrail)
        assert bool(alias.knowledge_base) == bool(origin.knowledge_base)
        assert alias.grounded == (bool(origin.knowledge_base) and grounds(declared, origin))
        for target, there in zip(alias.targets, origin.targets, strict=True):
            assert target.price.input == round(there.price.input * 1e6)


def grounds(declared, alias) -> bool:
    return bool(declared.guardrails[alias.guardrail].grounding)


@pytest.mark.parametrize("environment", environment_names())
def test_what_the_chat_handler_can_name_is_exactly_what_its_role_may_invoke(assembly, environment):
    gateway = template(assembly, environment, "Gateway")
    named = {
        target.arn.rpartition("/")[2].removesuffix(".InferenceProfileId")
        for alias in read(assembly, environment, "Chat").aliases.values()
        for target in alias.targets
        if alias.kind == "chat"
    }
    profiles = resources(gateway, "AWS::Bedrock::ApplicationInferenceProfile")
    assert named == set(profiles)
    invocable = {
        resource.removesuffix(".InferenceProfileArn")
        for policy in resources(gateway, "AWS::IAM::ManagedPolicy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        for resource in as_list(plain(statement["Resource"]))
        if resource.endswith(".InferenceProfileArn")
    }
    assert invocable == named


@pytest.mark.parametrize("environment", environment_names())
def test_the_deployed_ids_fit_into_a_functions_environment(assembly, environment):
    told = json.loads(deployed_variable(template(assembly, environment, "Gateway"), "Chat"))
    shape = json.dumps(shorten(told), separators=(",", ":"))
    assert len(shape) + len("STRATA_DEPLOYED") < 3_000


def shorten(value: object) -> object:
    if isinstance(value, dict):
        return {key: shorten(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shorten(each) for each in value]
    return LONGEST_ID


def as_list(value: object) -> list:
    return value if isinstance(value, list) else [value]
