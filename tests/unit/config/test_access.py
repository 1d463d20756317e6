"""Nobody accepts licence terms by accident: [access] is refused unless it says so, and is whole."""

import pytest

from config.errors import ConfigError
from config.load import (
    ENVIRONMENTS,
    environment_names,
    load_catalogue,
    load_environment,
    parse_environment,
)
from config.schema import Environment

DEV = (ENVIRONMENTS / "dev.toml").read_text(encoding="utf-8")
FORM = """
[access.anthropic]
company_name = "Example AG"
company_website = "https://example.com"
intended_users = "internal"
industry = "Retail"
use_cases = "Answers from our handbook."
"""
ACCESS = f"\n[access]\naccept_agreements = true\n{FORM}"


def parse(access: str) -> Environment:
    return parse_environment("dev", DEV + access, load_catalogue())


@pytest.mark.parametrize("environment", environment_names())
def test_is_off_in_every_environment(environment):
    assert load_environment(environment).access is None


def test_is_on_where_the_file_says_so():
    access = parse(ACCESS).access
    assert access and access.anthropic and access.anthropic.company_name == "Example AG"


# What is written instead, the field that is named, and a part of the remedy.
MISTAKES = {
    "a table without consent": ("\n[access]\n", "access.accept_agreements", "licence terms"),
    "consent refused": (
        ACCESS.replace("true", "false"),
        "access.accept_agreements",
        "leave [access] out",
    ),
    "consent as text": (
        ACCESS.replace("true", '"true"'),
        "access.accept_agreements",
        "valid boolean",
    ),
    "an Anthropic model without its form": (
        ACCESS.replace(FORM, ""),
        "access.anthropic",
        "anthropic.claude-sonnet-5-5",
    ),
    "a form without a website": (
        ACCESS.replace('company_website = "https://example.com"\n', ""),
        "access.anthropic.company_website",
        "required",
    ),
    "a website that is none": (
        ACCESS.replace("https://example.com", "example.com"),
        "access.anthropic.company_website",
        "match",
    ),
    "users that the form does not know": (
        ACCESS.replace('"internal"', '"everyone"'),
        "access.anthropic.intended_users",
        "'internal', 'external' or 'both'",
    ),
    "a name that is too long": (
        ACCESS.replace("Example AG", "x" * 129),
        "access.anthropic.company_name",
        "at most 128",
    ),
    "a text that is too long": (
        ACCESS.replace("our handbook", "x" * 8_193),
        "access.anthropic.use_cases",
        "at most 8192",
    ),
    "a text that is too long in bytes": (
        ACCESS.replace("our handbook", "語" * 5_000),
        "access.anthropic.use_cases",
        "14,000 bytes",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_is_refused_by_name(mistake):
    text, field, remedy = MISTAKES[mistake]
    with pytest.raises(ConfigError) as refused:
        parse(text)
    told = [str(problem) for problem in refused.value.problems if problem.field == field]
    assert told and remedy in told[0], str(refused.value)


def test_the_models_are_those_of_aliases_fallbacks_and_knowledge_bases_once():
    assert [model.id for model in load_environment("dev").models] == [
        "amazon.nova-2-lite-v1:0",
        "amazon.nova-lite-v1:0",
        "amazon.nova-pro-v1:0",
        "amazon.titan-embed-text-v2:0",
        "anthropic.claude-sonnet-5-5",
        "mistral.mistral-large-3-675b-instruct",
    ]
