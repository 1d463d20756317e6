"""Every mistake in an environment file is refused with its file, field, value and remedy."""

import pytest

from config.errors import ConfigError
from config.load import ENVIRONMENTS, load_catalogue, load_environment, parse_environment
from config.models import TokenPrice
from tests.accounts import DEV_ACCOUNT

DEV = (ENVIRONMENTS / "dev.toml").read_text(encoding="utf-8")

READERS, RERANK_MODEL = 'readers = "groups"', "knowledge_bases.handbook.rerank_model"
GROUPS = 'groups = ["staff", "finance"]'

# A correct line, the mistake made of it, the field that is named, and a part of the remedy.
MISTAKES = {
    "a typo in a field": (
        "log_retention_days = 30",
        "log_retenton_days = 30",
        "api.log_retenton_days",
        "no such field",
    ),
    "a field left out": ("burst = 40\n", "", "api.burst", "required"),
    "a number as text": (
        "max_tokens = 512",
        'max_tokens = "many"',
        "aliases.docs-assistant.max_tokens",
        "integer",
    ),
    "an unknown model": (
        '"us.amazon.nova-lite-v1:0"',
        '"us.amazon.nova-light-v1:0"',
        "aliases.chat-default.model",
        "us.amazon.nova-lite-v1:0",
    ),
    "an unknown fallback": (
        '["mistral.mistral-large-3-675b-instruct"]',
        '["mistral.mistral-large-9"]',
        "aliases.chat-default.fallbacks.0",
        "mistral.mistral-large-3-675b-instruct",
    ),
    "a model that answers only through a profile": (
        '"us.anthropic.claude-sonnet-5-5"',
        '"anthropic.claude-sonnet-5-5"',
        "aliases.reasoning.model",
        "us.anthropic.claude-sonnet-5-5",
    ),
    "a profile of another continent": (
        '"us.amazon.nova-lite-v1:0"',
        '"eu.amazon.nova-lite-v1:0"',
        "aliases.chat-default.model",
        "us.amazon.nova-lite-v1:0",
    ),
    "a profile that leaves the residency": (
        '"us.anthropic.claude-sonnet-5-5"',
        '"global.anthropic.claude-sonnet-5-5"',
        "aliases.reasoning.model",
        "outside residency",
    ),
    "a residency that is too narrow": (
        '["us-east-1", "us-east-2", "us-west-2"]',
        '["us-east-1"]',
        "aliases.chat-default.model",
        "us-east-2",
    ),
    "a guardrail that is not declared": (
        'guardrail = "standard"',
        'guardrail = "lenient"',
        "aliases.chat-default.guardrail",
        "standard",
    ),
    "a guardrail without a file": (
        '["standard", "strict", "grounded"]',
        '["standard", "lenient"]',
        "guardrails",
        "no config/guardrails/lenient.toml; there are ['grounded', 'standard', 'strict']",
    ),
    "a guardrail that is named twice": (
        '["standard", "strict", "grounded"]',
        '["standard", "standard"]',
        "guardrails",
        "stands here twice",
    ),
    "a guardrail as a table": (
        'guardrails = ["standard", "strict", "grounded"]',
        "guardrails = { standard = 1 }",
        "guardrails",
        "names of files in config/guardrails",
    ),
    "a knowledge base that is not declared": (
        'knowledge_base = "handbook"',
        'knowledge_base = "manual"',
        "aliases.docs-assistant.knowledge_base",
        "handbook",
    ),
    "a tenant with an alias that is not declared": (
        '["chat-default", "docs-assistant",',
        '["chat", "docs-assistant",',
        "tenants.demo.aliases",
        "chat-default",
    ),
    "an account id of eleven digits": (
        f'"{DEV_ACCOUNT}"',
        '"11111111111"',
        "account",
        "^[0-9]{12}$",
    ),
    "an account id in other digits": (
        f'"{DEV_ACCOUNT}"',
        '"１１１１１１１１１１１１"',
        "account",
        "match",
    ),
    "a retention that is true": (
        "log_retention_days = 30",
        "log_retention_days = true",
        "api.log_retention_days",
        "integer",
    ),
    "a retention that does not exist": (
        "log_retention_days = 30",
        "log_retention_days = 31",
        "api.log_retention_days",
        "CloudWatch",
    ),
    "chunks that are longer than the model reads": (
        'embedding_model = "amazon.titan-embed-text-v2:0"\ndimensions = 1_024\n'
        'chunking = { strategy = "fixed", max_tokens = 120',
        'embedding_model = "cohere.embed-english-v3"\ndimensions = 1_024\n'
        'chunking = { strategy = "fixed", max_tokens = 8_192',
        "knowledge_bases.handbook.chunking",
        "tokens at most",
    ),
    "a knowledge base without prefixes": (
        'prefixes = ["handbook/"]',
        "prefixes = []",
        "knowledge_bases.handbook.prefixes",
        "each of which becomes a data source",
    ),
    "a prefix inside another": (
        'prefixes = ["handbook/"]',
        'prefixes = ["handbook/", "handbook/old/"]',
        "knowledge_bases.handbook.prefixes",
        "name each document once",
    ),
    "a prefix that is no folder": (
        'prefixes = ["handbook/"]',
        'prefixes = ["handbook"]',
        "knowledge_bases.handbook.prefixes.0",
        "match pattern",
    ),
    "a way of chunking that is unknown": (
        'strategy = "fixed"',
        'strategy = "by-page"',
        "knowledge_bases.handbook.chunking",
        "'fixed', 'hierarchical', 'semantic', 'none'",
    ),
    "a field of another way of chunking": (
        "overlap_percent = 15 }",
        "overlap_percent = 15, buffer = 1 }",
        "knowledge_bases.handbook.chunking.buffer",
        "no such field",
    ),
    "small chunks larger than the large ones": (
        '{ strategy = "fixed", max_tokens = 120, overlap_percent = 15 }',
        '{ strategy = "hierarchical", parent_tokens = 100, child_tokens = 300, '
        "overlap_tokens = 20 }",
        "knowledge_bases.handbook.chunking.child_tokens",
        "less than parent_tokens",
    ),
    "chunking of a managed knowledge base": (
        'prefixes = ["handbook/"]',
        'store = "managed"\nbucket = "their-documents"',
        "knowledge_bases.handbook.chunking",
        "Bedrock manages it",
    ),
    "readers that are not said": (
        'readers = "groups"',
        "# readers",
        "knowledge_bases.handbook.readers",
        "required",
    ),
    "a reranker as an alias": (
        'model = "us.amazon.nova-lite-v1:0"\nfallbacks = ["mistral.mistral-large-3-675b-instruct"]',
        'model = "cohere.rerank-v3-5:0"',
        "aliases.chat-default.model",
        "reranker",
    ),
    "a chat model that shall rerank": (
        READERS,
        f'{READERS}\nrerank_model = "us.amazon.nova-lite-v1:0"',
        RERANK_MODEL,
        "the bare id of a model of kind rerank",
    ),
    "a reranker that nobody knows": (
        READERS,
        f'{READERS}\nrerank_model = "cohere.rerank-v3-6:0"',
        RERANK_MODEL,
        "close: ['cohere.rerank-v3-5:0'",
    ),
    "a reranker of another region": (
        READERS,
        f'{READERS}\nrerank_model = "amazon.rerank-v1:0"',
        RERANK_MODEL,
        "not offered in 'us-east-1'",
    ),
    "a switch where a reranker is named": (
        READERS,
        f"{READERS}\nrerank_model = true",
        RERANK_MODEL,
        "a model id",
    ),
    "readers that are nobody": (
        READERS,
        'readers = "staff"',
        "knowledge_bases.handbook.readers",
        "'groups' or 'everyone'",
    ),
    "a group that everybody is in": (
        GROUPS,
        'groups = ["staff", "everyone"]',
        "tenants.demo.groups",
        "leave it out",
    ),
    "a group named twice": (
        GROUPS,
        'groups = ["staff", "staff"]',
        "tenants.demo.groups",
        "once",
    ),
    "a group with a capital letter": (
        GROUPS,
        'groups = ["Staff"]',
        "tenants.demo.groups.0",
        "match",
    ),
    "groups that are one text": (
        GROUPS,
        'groups = "staff"',
        "tenants.demo.groups",
        "list",
    ),
    "more groups than a filter holds": (
        GROUPS,
        f"groups = {[f'group-{i}' for i in range(21)]}",
        "tenants.demo.groups",
        "20",
    ),
    "a number without an end": ("burst = 40", f"burst = {'1' * 5_000}", "(the file)", "TOML"),
    "a nesting without an end": ("burst = 40", f"burst = {'[' * 5_000}", "(the file)", "TOML"),
    "an account id as a number": (f'"{DEV_ACCOUNT}"', DEV_ACCOUNT, "account", "valid string"),
    "a region that is not one": ('region = "us-east-1"', 'region = "Virginia"', "region", "match"),
    "a chat alias without a guardrail": (
        'guardrail = "standard"\n',
        "",
        "aliases.chat-default.guardrail",
        "must name the guardrail",
    ),
    "a chat alias without max_tokens": (
        "max_tokens = 512\n",
        "",
        "aliases.docs-assistant.max_tokens",
        "must say how long",
    ),
    "more tokens than the model gives": (
        "max_tokens = 1_024",
        "max_tokens = 600_000",
        "aliases.chat-default.max_tokens",
        "at most",
    ),
    "a fallback of another kind": (
        '["mistral.mistral-large-3-675b-instruct"]',
        '["amazon.titan-embed-text-v2:0"]',
        "aliases.chat-default.fallbacks",
        "same kind",
    ),
    "a chat model that shall embed": (
        'embedding_model = "amazon.titan-embed-text-v2:0"',
        'embedding_model = "us.amazon.nova-lite-v1:0"',
        "knowledge_bases.handbook.embedding_model",
        "embedding model",
    ),
    "dimensions that the model does not make": (
        "dimensions = 1_024",
        "dimensions = 1_000",
        "knowledge_bases.handbook.dimensions",
        "[256, 512, 1024]",
    ),
    "a fallback that is the model itself": (
        '["mistral.mistral-large-3-675b-instruct"]',
        '["us.amazon.nova-lite-v1:0"]',
        "aliases.chat-default.fallbacks",
        "name each model once",
    ),
    "true for a number": ("burst = 40", "burst = true", "api.burst", "integer"),
    "text for a number": (
        "passages = 4",
        'passages = "4"',
        "aliases.docs-assistant.passages",
        "int",
    ),
    "an endless budget": (
        "monthly_budget_usd = 50",
        "monthly_budget_usd = inf",
        "tenants.demo.monthly_budget_usd",
        "finite",
    ),
    "a prompt for an embedding model": (
        'model = "amazon.titan-embed-text-v2:0"',
        'model = "amazon.titan-embed-text-v2:0"\nsystem_prompt = "x"',
        "aliases.embed-default.system_prompt",
        "embeddings",
    ),
    "a name of its own": (
        'region = "us-east-1"',
        'region = "us-east-1"\nname = "x"',
        "name",
        "file",
    ),
    "a region without models": (
        'region = "us-east-1"',
        'region = "xx-east-9"',
        "aliases.chat-default.model",
        "check `region`",
    ),
    "an alias name with a capital letter": (
        "[aliases.reasoning]",
        "[aliases.Reasoning]",
        "aliases.Reasoning",
        "match",
    ),
    "a budget of nothing": (
        "monthly_budget_usd = 50",
        "monthly_budget_usd = 0",
        "tenants.demo.monthly_budget_usd",
        "greater than 0",
    ),
    "a share of more than everything": (
        "errors_percent = 5",
        "errors_percent = 101",
        "operations.availability.errors_percent",
        "less than or equal to 100",
    ),
    "somebody who cannot be called": (
        "[operations.availability]",
        '[operations]\nnotify = ["platform team"]\n\n[operations.availability]',
        "operations.notify.0",
        "mailto",
    ),
    "a canary that does not know what a failure is": (
        DEV[DEV.index("[operations.availability]") : DEV.index("[knowledge_bases.handbook]")],
        '[operations]\ndeployment = "canary"\n\n',
        "operations.deployment",
        "add [operations.availability]",
    ),
    "not TOML at all": ("[api]", "[api", "(the file)", "is not TOML"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_is_refused_by_name(mistake: str):
    right, wrong, field, remedy = MISTAKES[mistake]
    assert right in DEV
    with pytest.raises(ConfigError) as refused:
        parse_environment("dev", DEV.replace(right, wrong, 1), load_catalogue())
    told = [str(problem) for problem in refused.value.problems if problem.field == field]
    assert told, f"{field} is not named in: {refused.value}"
    assert told[0].startswith("config/environments/dev.toml: ")
    assert remedy in told[0]


def test_more_alarms_than_one_objective_watches_are_refused():
    alias = '[aliases.copy-{}]\ndescription = "x"\nmodel = "amazon.titan-embed-text-v2:0"\n\n'
    many = "".join(alias.format(i) for i in range(50))
    text = DEV.replace("[operations.av", f'{many}[operations]\neach = ["alias"]\n\n[operations.av')
    with pytest.raises(ConfigError) as refused:
        parse_environment("dev", text, load_catalogue())
    (problem,) = refused.value.problems
    assert problem.field == "operations.each"
    assert "115 alarms of availability" in problem.expected


def test_all_mistakes_are_told_at_once():
    text = DEV.replace(f'"{DEV_ACCOUNT}"', '"1"').replace("burst = 40", "burst = 0")
    with pytest.raises(ConfigError) as refused:
        parse_environment("dev", text, load_catalogue())
    assert {problem.field for problem in refused.value.problems} == {"account", "api.burst"}


def test_an_unpriced_model_is_not_routable():
    catalogue = dict(load_catalogue())
    nova = catalogue["amazon.nova-lite-v1:0"]
    catalogue[nova.id] = nova.model_copy(update={"price": None})
    with pytest.raises(ConfigError, match=r"aliases.chat-default.model = .*has no price"):
        parse_environment("dev", DEV, catalogue)


def test_an_unknown_environment_names_those_that_exist():
    with pytest.raises(ConfigError, match=r"'local', 'dev', 'staging', 'prod'"):
        load_environment("production")


def test_a_value_cannot_be_changed_after_loading():
    environment = load_environment("dev")
    with pytest.raises(ValueError, match="frozen"):
        environment.region = "eu-west-1"  # type: ignore[misc]


def test_a_file_in_another_encoding_is_refused_as_such(tmp_path, monkeypatch):
    (tmp_path / "dev.toml").write_bytes("# café\n".encode("latin-1"))
    monkeypatch.setattr("config.load.ENVIRONMENTS", tmp_path)
    monkeypatch.setattr("config.load.HERE", tmp_path / "config")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_environment("dev")


@pytest.mark.parametrize("name", ["/etc/hosts", "../models", "", "dev.toml"])
def test_a_name_that_is_no_environment_is_refused(name):
    with pytest.raises(ConfigError, match="no such environment"):
        load_environment(name)


def test_a_reranker_without_a_price_per_query_is_not_routable():
    catalogue = dict(load_catalogue())
    cohere = catalogue["cohere.rerank-v3-5:0"]
    unpriced = cohere.price.model_copy(update={"regional": TokenPrice(input=1)})
    catalogue[cohere.id] = cohere.model_copy(update={"price": unpriced})
    text = DEV.replace(READERS, f'{READERS}\nrerank_model = "{cohere.id}"')
    with pytest.raises(ConfigError, match=rf"{RERANK_MODEL} = .*no price per query"):
        parse_environment("dev", text, catalogue)
