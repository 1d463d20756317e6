"""`python -m config diff`: what differs between two environments is told by its meaning."""

import json

import pytest

from config.__main__ import main
from config.compare import differences
from config.diff import in_words
from config.load import ENVIRONMENTS, load_catalogue, load_environment, parse_environment
from config.schema import Environment

PROD = (ENVIRONMENTS / "prod.toml").read_text(encoding="utf-8")


def told(old: str, new: str) -> list[str]:
    """The sentences on prod, and on prod with `old` changed to `new` under the name staging."""
    assert old in PROD
    changed = parse_environment("staging", PROD.replace(old, new), load_catalogue())
    prod = load_environment("prod")
    return [
        line.strip() for line in in_words(differences(changed, prod), changed, prod).split("\n")
    ]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            'fallbacks = ["us.amazon.nova-2-lite-v1:0"]',
            'fallbacks = ["us.amazon.nova-lite-v1:0", "us.amazon.nova-2-lite-v1:0"]',
            "docs-assistant falls back to us.amazon.nova-lite-v1:0, then "
            "us.amazon.nova-2-lite-v1:0 in staging, us.amazon.nova-2-lite-v1:0 in prod",
        ),
        (
            'model = "us.anthropic.claude-sonnet-5-5"',
            'model = "us.amazon.nova-pro-v1:0"',
            "reasoning asks us.amazon.nova-pro-v1:0 first in staging, "
            "us.anthropic.claude-sonnet-5-5 first in prod",
        ),
        (
            'guardrail = "grounded"',
            'guardrail = "strict"',
            "docs-assistant answers under the guardrail strict in staging, grounded in prod",
        ),
        (
            "monthly_budget_usd = 1_000",
            "monthly_budget_usd = 1_500",
            "demo may spend 1,500 USD a month in staging, 1,000 USD a month in prod",
        ),
        (
            "overlap_percent = 15",
            "overlap_percent = 20",
            "handbook is cut by strategy fixed, max tokens 120, overlap percent 20 in staging, "
            "strategy fixed, max tokens 120, overlap percent 15 in prod; taking it over makes "
            "a new index, and every document is ingested again",
        ),
        (
            "p95_ms = 60_000",
            "p95_ms = 50_000",
            "an alarm rings when answers take 50,000 ms in staging, 60,000 ms in prod",
        ),
        ("waf = true", "waf = false", "the API has a firewall: no in staging, yes in prod"),
        (
            "object_lock_days = 365\n",
            "",
            "files of the trail are locked for nothing in staging, 365 days in prod",
        ),
        (
            "[operations.budget]\nused_percent = 80\n",
            "",
            "operations budget is only in prod",
        ),
        (
            "[tenants.demo]",
            '[tenants.more]\naliases = ["chat-default"]\nmonthly_budget_usd = 1\n'
            "requests_per_second = 1\n\n[tenants.demo]",
            "more is only in staging",
        ),
        (
            'residency = ["us-east-1", ',
            'residency = ["us-west-1", "us-east-1", ',
            "requests may be processed in us-east-1, us-east-2, us-west-1, us-west-2 in staging, "
            "us-east-1, us-east-2, us-west-2 in prod",
        ),
    ],
)
def test_one_change_is_one_sentence(old, new, says):
    heading, _, _, *sentences = told(old, new)
    assert heading == "staging and prod: one difference"
    assert sentences == [says]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("passages = 4\n", ""),  # the default
        ('["us-east-1", "us-east-2", "us-west-2"]', '["us-west-2", "us-east-2", "us-east-1"]'),
        ('["standard", "strict", "grounded"]', '["grounded", "standard", "strict"]'),
        ("max_tokens = 1_024", "max_tokens = 1024 # the same"),
    ],
)
def test_another_spelling_of_the_same_is_no_difference(old, new):
    assert told(old, new) == ["staging and prod: nothing differs"]


def test_an_index_that_stays_is_not_said_to_be_filled_again():
    *_, sentence = told("keep_vectors = true", "keep_vectors = false")
    assert sentence == "handbook keeps its vectors when it is destroyed: no in staging, yes in prod"


def test_what_makes_two_environments_two_is_told_apart_and_without_an_account():
    *_, last = told(load_environment("prod").account, "4" * 12)
    assert last == "By nature, they are in different accounts."


@pytest.mark.parametrize("field", [name for name in Environment.model_fields if name != "name"])
def test_no_field_of_an_environment_is_passed_over(field):
    prod = load_environment("prod")
    absent = {} if field == "guardrails" else "another"
    (found, *_) = differences(prod, prod.model_copy(update={field: absent}))
    assert found.path[0] == field


def test_the_command_answers_like_diff(capsys):
    assert main(["diff", "prod", "prod"]) == 0
    assert main(["diff", "staging", "prod"]) == 1
    assert main(["diff", "prod", "production"]) == 2
    assert "no such environment" in capsys.readouterr().err


def test_only_what_is_natural_is_nothing(monkeypatch, capsys):
    other = parse_environment(
        "staging", PROD.replace(load_environment("prod").account, "4" * 12), load_catalogue()
    )
    known = {"staging": other, "prod": load_environment("prod")}
    monkeypatch.setattr("config.diff.load_environment", known.__getitem__)
    assert main(["diff", "staging", "prod"]) == 0
    assert "nothing differs" in capsys.readouterr().out


def test_the_command_tells_machines(capsys):
    assert main(["diff", "staging", "prod", "--json"]) == 1
    text = capsys.readouterr().out
    assert not {load_environment(name).account for name in ("staging", "prod")} & {*text.split('"')}
    report = json.loads(text)
    assert (report["one"], report["other"]) == ("staging", "prod")
    found = {each["field"]: each for each in report["differences"]}
    budget = found["tenants.demo.monthly_budget_usd"]
    assert (budget["one"], budget["other"], budget["promoted"]) == (200, 1_000, "when named")
    assert found["trail"]["one"] is None and found["trail"]["other"]["management_events"] is True
    assert [each["field"] for each in report["differences"] if each["natural"]] == ["account"]
