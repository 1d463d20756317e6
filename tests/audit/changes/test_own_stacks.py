"""The audit of our own environments: a change of prod.toml is found for what it means."""

from pathlib import Path

import pytest

from audit.accepted import read_waivers
from config.load import ENVIRONMENTS, load_catalogue, parse_environment
from tests.audit.changes.audited import Told, audited
from tests.stacks.assembly import synthesize

ACCEPTED = Path("config/accepted.toml")
PROD = (ENVIRONMENTS / "prod.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthesized(tmp_path_factory.mktemp("base"), PROD)


def synthesized(folder: Path, text: str) -> Path:
    synthesize(folder, parse_environment("prod", text, load_catalogue()))
    return folder


def test_what_does_not_change_passes_with_all_that_is_accepted(base):
    """Also what our Bedrock rules found before, which an audit does not tell again."""
    result = audited(base, base, read_waivers(ACCEPTED)).result
    assert [each.why for each in result.findings] == []


def told(base: Path, folder: Path, before: str, after: str) -> Told:
    assert before in PROD
    return audited(base, synthesized(folder, PROD.replace(before, after, 1)))


HAZARDS = {
    "the firewall is off": ("waf = true", "waf = false", "exposure", "high"),
    "logs are kept for a month": (
        "log_retention_days = 365",
        "log_retention_days = 30",
        "observability",
        "medium",
    ),
    "callers may ask ten times as often": (
        "requests_per_second = 100",
        "requests_per_second = 1_000",
        "models",
        "medium",
    ),
    "a caller may spend nine times as much": (
        "monthly_budget_usd = 1_000",
        "monthly_budget_usd = 9_000",
        "cost",
        "high",
    ),
    "a function may run more often at once": ("chat = 500", "chat = 1_000", "cost", "medium"),
    "a caller may ask ten times as often": (
        "requests_per_second = 10\n",
        "requests_per_second = 100\n",
        "models",
        "medium",
    ),
    "another model answers first": (
        'model = "us.amazon.nova-lite-v1:0"\nfallbacks = ["mistral.mistral-large-3-675b-instruct"]',
        'model = "mistral.mistral-large-3-675b-instruct"\nfallbacks = ["us.amazon.nova-lite-v1:0"]',
        "models",
        "medium",
    ),
    "a model comes": (
        'fallbacks = ["mistral.mistral-large-3-675b-instruct"]',
        'fallbacks = ["amazon.nova-micro-v1:0"]',
        "models",
        "medium",
    ),
}


@pytest.mark.parametrize("name", HAZARDS)
def test_a_hazard_in_prod_is_found(base, tmp_path, name):
    before, after, category, severity = HAZARDS[name]
    found = told(base, tmp_path, before, after).result
    assert (category, severity) in {(each.category, each.severity) for each in found.findings}
    assert {each.environment for each in found.findings} == {"prod"}


BENIGN = {
    "a description": (
        'description = "General chat: the best answer for little money."',
        'description = "General chat."',
    ),
    "a prompt": ("Answer briefly.", "Answer in one sentence."),
    "logs are kept longer": ("log_retention_days = 365", "log_retention_days = 731"),
    "callers may ask less often": ("requests_per_second = 100", "requests_per_second = 50"),
    "a caller may spend less": ("monthly_budget_usd = 1_000", "monthly_budget_usd = 500"),
}


@pytest.mark.parametrize("name", BENIGN)
def test_a_benign_change_of_prod_is_not_blocked(base, tmp_path, name):
    before, after = BENIGN[name]
    assert told(base, tmp_path, before, after).result.verdict == "PASS"


def test_what_models_may_cost_at_most_is_what_tenants_may_spend(base):
    (prod,) = audited(base, base).result.environments
    tenants = parse_environment("prod", PROD, load_catalogue()).tenants.values()
    before, after = prod.models
    assert before == after
    assert after is not None
    assert after.usd == sum(each.monthly_budget_usd for each in tenants)
