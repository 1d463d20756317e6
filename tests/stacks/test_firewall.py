"""The firewall: where it stands, what it refuses, and what it never shows."""

import json
import re
import tomllib

import pytest

from components.firewall_rules import number_above
from config.cost import PRICES
from config.load import environment_names, load_environment
from tests.stacks.assembly import Template, plain, resources, template

ON = ("staging", "prod")


@pytest.fixture(scope="module")
def prod(assembly) -> Template:
    return template(assembly, "prod", "Gateway")


@pytest.fixture(scope="module")
def acl(prod) -> dict:
    (acl,) = resources(prod, "AWS::WAFv2::WebACL").values()
    return acl["Properties"]


def rule(acl: dict, name: str) -> dict:
    return next(rule for rule in acl["Rules"] if rule["Name"] == name)


@pytest.mark.parametrize("environment", environment_names())
def test_stands_before_the_stage_where_the_environment_says_so(assembly, environment):
    gateway = template(assembly, environment, "Gateway")
    associations = resources(gateway, "AWS::WAFv2::WebACLAssociation").values()
    assert load_environment(environment).api.waf == (environment in ON)
    assert len(associations) == (environment in ON)
    for each in associations:
        (stage,), (acl,) = (
            resources(gateway, type) for type in ("AWS::ApiGateway::Stage", "AWS::WAFv2::WebACL")
        )
        assert plain(each["Properties"]["ResourceArn"]).endswith(f"/stages/{stage}")
        assert plain(each["Properties"]["WebACLArn"]) == f"{acl}.Arn"


def test_has_awss_rules_and_two_of_our_own(acl):
    assert acl["Scope"] == "REGIONAL"
    assert [rule["Name"] for rule in acl["Rules"]] == [
        "Rate",
        "Size",
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "AWSManagedRulesCommonRuleSet",
    ]
    assert len({rule["Priority"] for rule in acl["Rules"]}) == 5


def test_the_cost_report_counts_as_many_rules(acl):
    price = tomllib.loads(PRICES.read_text(encoding="utf-8"))["idle"]["web-acl"]["usd_per_month"]
    assert price == 5 + len(acl["Rules"])  # AWS's price of a web ACL, and of each rule


def test_no_rule_that_refuses_reads_a_body(acl):
    assert "Body" not in json.dumps([rule.get("Statement") for rule in acl["Rules"]])
    for group in acl["Rules"][2:]:
        assert group["OverrideAction"] == {"None": {}}
        overrides = group["Statement"]["ManagedRuleGroupStatement"]["RuleActionOverrides"]
        assert all(one["Name"].endswith("_BODY") for one in overrides)
        assert all(one["ActionToUse"] == {"Count": {}} for one in overrides)


def test_prompts_are_longer_than_the_common_rules_allow_a_body_to_be(acl):
    common = rule(acl, "AWSManagedRulesCommonRuleSet")["Statement"]["ManagedRuleGroupStatement"]
    assert "SizeRestrictions_BODY" in {one["Name"] for one in common["RuleActionOverrides"]}


def test_an_address_has_the_apis_rate_and_no_more(acl):
    statement = rule(acl, "Rate")["Statement"]["RateBasedStatement"]
    rate = load_environment("prod").api.requests_per_second
    assert statement["Limit"] == rate * statement["EvaluationWindowSec"]
    assert statement["AggregateKeyType"] == "IP"


def test_a_body_over_the_limit_is_refused_by_its_declared_length(acl):
    statement = rule(acl, "Size")["Statement"]["RegexMatchStatement"]
    assert statement["FieldToMatch"] == {"SingleHeader": {"Name": "content-length"}}
    assert statement["RegexString"] == number_above(load_environment("prod").api.max_body_bytes)
    assert len(statement["RegexString"]) <= 512  # the schema's limit


@pytest.mark.parametrize("limit", [1_024, 9, 99, 100, 109, 1_000_000, 1_999_999, 5_000_000])
def test_a_number_above_the_limit_is_one_and_no_other_is(limit):
    pattern = re.compile(number_above(limit))
    near = {*range(max(0, limit - 2_000), limit + 2_000), 0, 1, limit * 10, limit * 9, 10**12}
    for number in near:
        assert bool(pattern.search(str(number))) == (number > limit)
        assert bool(pattern.search(f"000{number}")) == (number > limit)
    for text in ("", "-1", f"{limit + 1}x", f"x{limit + 1}", "1e9", f"{limit + 1} "):
        assert not pattern.search(text)


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [("Rate", 429, "rate_limit_exceeded"), ("Size", 413, "request_too_large")],
)
def test_a_refusal_of_ours_has_its_status_and_openais_shape(acl, name, status, code):
    answer = rule(acl, name)["Action"]["Block"]["CustomResponse"]
    assert answer["ResponseCode"] == status
    body = acl["CustomResponseBodies"][answer["CustomResponseBodyKey"]]
    assert json.loads(body["Content"])["error"]["code"] == code


def test_nothing_is_sampled_and_everything_is_counted(acl):
    for each in (acl, *acl["Rules"]):
        assert each["VisibilityConfig"]["SampledRequestsEnabled"] is False
        assert each["VisibilityConfig"]["CloudWatchMetricsEnabled"] is True


def test_keys_queries_and_bodies_are_replaced_wherever_waf_would_show_them(acl):
    protected = acl["DataProtectionConfig"]["DataProtections"]
    fields = {each["Field"]["FieldType"]: each["Field"].get("FieldKeys") for each in protected}
    assert fields == {
        "SINGLE_HEADER": ["authorization", "x-api-key"],
        "QUERY_STRING": None,
        "BODY": None,
    }
    assert {each["Action"] for each in protected} == {"SUBSTITUTION"}


def test_what_is_refused_is_logged_in_a_group_that_waf_may_write_to(prod):
    (log,) = resources(prod, "AWS::WAFv2::LoggingConfiguration").values()
    kept = log["Properties"]["LoggingFilter"]
    assert kept["DefaultBehavior"] == "DROP"
    assert kept["Filters"][0]["Conditions"] == [{"ActionCondition": {"Action": "BLOCK"}}]
    (destination,) = map(plain, log["Properties"]["LogDestinationConfigs"])
    group = destination.rpartition(":")[2]
    properties = resources(prod, "AWS::Logs::LogGroup")[group]["Properties"]
    assert properties["LogGroupName"] == "aws-waf-logs-strata-prod-gateway"
    assert properties["RetentionInDays"] == load_environment("prod").api.log_retention_days
    assert properties["KmsKeyId"]
