"""The settings that the stacks write are those that the handlers read, and what IAM allows."""

import json

import pytest

from config.load import (
    environment_names,
    load_catalogue,
    load_environment,
    parse_environment,
)
from gateway.settings import Settings, parse
from tests.stacks.assembly import (
    deployed_variable,
    plain,
    resources,
    settings_file,
    synthesize,
    template,
)
from tests.stacks.test_knowledge_bases import DEV, MANAGED, READERS, RERANKED, RERANKER

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
def test_a_tenant_keeps_its_aliases_budget_rate_and_groups(assembly, environment):
    declared = load_environment(environment)
    told = read(assembly, environment, "Chat").tenants
    assert set(told) == set(declared.tenants)
    for name, tenant in declared.tenants.items():
        assert told[name].aliases == tenant.aliases
        assert told[name].budget_micro_usd == round(tenant.monthly_budget_usd * 1e6)
        assert told[name].requests_per_second == tenant.requests_per_second
        assert told[name].groups == tenant.groups


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


@pytest.mark.parametrize("handler", ["Chat", "Search"])
@pytest.mark.parametrize("environment", environment_names())
def test_a_knowledge_base_is_the_one_that_is_declared(assembly, environment, handler):
    check_bases(assembly, load_environment(environment), handler)


# Each setting of a knowledge base the other way than the repository's environments have it.
OTHERWISE = {
    "for everyone": DEV.replace('readers = "groups"', 'readers = "everyone"'),
    "managed": MANAGED,
    "reranked": RERANKED,
    "managed, reranked": MANAGED.replace(READERS, f'{READERS}\nrerank_model = "{RERANKER}"'),
}


@pytest.mark.parametrize("text", OTHERWISE.values(), ids=list(OTHERWISE))
def test_a_knowledge_base_of_another_kind_is_told_as_such(tmp_path, text):
    declared = parse_environment("dev", text, load_catalogue())
    synthesize(tmp_path, declared)
    check_bases(tmp_path, declared, "Search")


def check_bases(outdir, declared, handler):
    made = resources(template(outdir, declared.name, "Gateway"), "AWS::Bedrock::KnowledgeBase")
    told = read(outdir, declared.name, handler).knowledge_bases
    assert set(told) == set(declared.knowledge_bases)
    assert {base.id.removesuffix(".KnowledgeBaseId") for base in told.values()} == set(made)
    for name, origin in declared.knowledge_bases.items():
        base, reranker = told[name], origin.rerank_model
        assert (base.name, base.by_groups) == (name, origin.readers == "groups")
        kind = made[base.id.removesuffix(".KnowledgeBaseId")]["Properties"]
        kind = kind["KnowledgeBaseConfiguration"]["Type"]
        assert (base.managed, kind) in [(True, "MANAGED"), (False, "VECTOR")]
        assert base.embedding_pico_usd == round(origin.embedding_model.price.input * 1e6)
        assert base.reranker == (reranker and (reranker_arn(declared), 2_000))


def reranker_arn(declared) -> str:
    return f"arn:aws:bedrock:{declared.region}::foundation-model/{RERANKER}"


class Read(dict):
    """A JSON object that remembers which of its fields were read."""

    def __init__(self, given):
        super().__init__({name: readable(value) for name, value in given.items()})
        self.unread = set(given)

    def __getitem__(self, name):
        self.unread.discard(name)
        return super().__getitem__(name)

    def items(self):
        self.unread.clear()
        return super().items()


def readable(value):
    if isinstance(value, dict):
        return Read(value)
    return [readable(each) for each in value] if isinstance(value, list) else value


def unread(value, at="settings.json"):
    if isinstance(value, Read):
        yield from (f"{at}: {name}" for name in value.unread)
        for name, each in value.items():
            yield from unread(each, f"{at}: {name}")
    elif isinstance(value, list):
        for each in value:
            yield from unread(each, at)


@pytest.mark.parametrize("environment", environment_names())
def test_nothing_is_written_that_no_handler_reads(assembly, environment):
    gateway = template(assembly, environment, "Gateway")
    deployed = json.loads(deployed_variable(gateway, "Search"))
    deployed["guardrails"] = {name: [id, "1"] for name, (id, _) in deployed["guardrails"].items()}
    declared = Read(settings_file(assembly, environment))
    parse(declared, deployed)
    assert list(unread(declared)) == []


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
