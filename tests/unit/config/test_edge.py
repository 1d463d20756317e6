"""More of an edge is off unless an environment declares it, and refused where it cannot be."""

import re
from textwrap import dedent

import pytest

from config.edge import Api
from config.errors import ConfigError
from config.load import (
    ENVIRONMENTS,
    environment_names,
    load_catalogue,
    load_environment,
    parse_environment,
)
from tests.accounts import DEV_ACCOUNT

DEV = (ENVIRONMENTS / "dev.toml").read_text(encoding="utf-8")
ARN = f"arn:aws:acm:us-east-1:{DEV_ACCOUNT}:certificate/12345678-1234-1234-1234-{'1' * 12}"
DOMAIN = f"""
[api.domain]
name = "ai.example.com"
certificate_arn = "{ARN}"
"""
PRIVATE = """
[api.private]
vpc_id = "vpc-0123456789abcdef0"
subnet_ids = ["subnet-0123456789abcdef0", "subnet-11111111"]
cidr = "10.20.0.0/16"
"""


def parse(tables: str = "", api: str = "") -> Api:
    text = DEV.replace("[api]\n", f"[api]\n{api}\n", 1) + tables
    return parse_environment("dev", text, load_catalogue()).api


@pytest.mark.parametrize("environment", environment_names())
def test_only_the_firewall_is_on_and_only_in_staging_and_prod(environment):
    api = load_environment(environment).api
    assert (api.tracing, api.domain, api.private, api.cors_origins) == (False, None, None, ())
    assert api.waf == (environment in ("staging", "prod"))


def test_the_local_environment_answers_within_what_api_gateway_gives_a_whole_answer():
    assert load_environment("local").api.timeout_seconds == 29


def test_is_on_where_the_file_says_so():
    api = parse(DOMAIN, api='waf = true\ntracing = true\ncors_origins = ["https://a.example:8443"]')
    assert (api.waf, api.tracing, api.cors_origins) == (True, True, ("https://a.example:8443",))
    assert api.domain and api.domain.name == "ai.example.com"
    private = parse(PRIVATE).private
    assert private and private.subnet_ids[1] == "subnet-11111111"


@pytest.mark.parametrize("page", ["custom-domain", "private-api"])
def test_the_sample_of_the_page_that_explains_it_is_one(page):
    text = (ENVIRONMENTS.parents[1] / f"docs/howto/{page}.md").read_text(encoding="utf-8")
    (sample,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    sample = sample.replace("111111111111", DEV_ACCOUNT)
    api = parse(f"\n{dedent(sample)}")
    assert bool(api.domain) == (page == "custom-domain")
    assert bool(api.private) == (page == "private-api")


# More in [api], more tables, the field that is named, and a part of the remedy.
MISTAKES = {
    "a switch as text": ('waf = "yes"', "", "api.waf", "valid boolean"),
    "a switch as a number": ("tracing = 1", "", "api.tracing", "valid boolean"),
    "every origin": ('cors_origins = ["*"]', "", "api.cors_origins.0", "pattern"),
    "an origin with a path": (
        'cors_origins = ["https://a.example/x"]',
        "",
        "api.cors_origins.0",
        "pattern",
    ),
    "an origin without TLS": (
        'cors_origins = ["http://a.example"]',
        "",
        "api.cors_origins.0",
        "pattern",
    ),
    "a domain with a scheme": (
        "",
        DOMAIN.replace('"ai.', '"https://ai.'),
        "api.domain.name",
        "pattern",
    ),
    "a domain without a certificate": (
        "",
        DOMAIN.replace(f'certificate_arn = "{ARN}"', ""),
        "api.domain.certificate_arn",
        "required",
    ),
    "a certificate of another service": (
        "",
        DOMAIN.replace("arn:aws:acm", "arn:aws:iam"),
        "api.domain.certificate_arn",
        "pattern",
    ),
    "a domain of a private API": ("", DOMAIN + PRIVATE, "api.private", "leave out this table"),
    "a VPC that is no id": (
        "",
        PRIVATE.replace("vpc-0123456789abcdef0", "main"),
        "api.private.vpc_id",
        "pattern",
    ),
    "no subnet": (
        "",
        PRIVATE.replace('"subnet-0123456789abcdef0", "subnet-11111111"', ""),
        "api.private.subnet_ids",
        "at least 1 item",
    ),
    "a subnet twice": (
        "",
        PRIVATE.replace("subnet-0123456789abcdef0", "subnet-11111111"),
        "api.private.subnet_ids",
        "one for each availability zone",
    ),
    "the whole internet": (
        "",
        PRIVATE.replace("10.20.0.0/16", "0.0.0.0/0"),
        "api.private.cidr",
        "from /16 to /28",
    ),
    "a network with host bits": (
        "",
        PRIVATE.replace("10.20.0.0/16", "10.20.0.1/16"),
        "api.private.cidr",
        "10.0.0.0/16",
    ),
    "no network at all": (
        "",
        PRIVATE.replace("10.20.0.0/16", "the office"),
        "api.private.cidr",
        "10.0.0.0/16",
    ),
    "a longer request than Lambda's": (
        "timeout_seconds = 901",
        "",
        "api.timeout_seconds",
        "less than or equal to 900",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_refused_with_its_field_and_remedy(mistake):
    api, tables, field, remedy = MISTAKES[mistake]
    text = DEV.replace("timeout_seconds = 300 # of the routes that stream\n", "")
    text = text.replace("[api]\n", f"[api]\n{api}\n", 1) + tables
    with pytest.raises(ConfigError) as refused:
        parse_environment("dev", text, load_catalogue())
    (problem,) = refused.value.problems
    assert (problem.file, problem.field) == ("config/environments/dev.toml", field)
    assert remedy in problem.expected
