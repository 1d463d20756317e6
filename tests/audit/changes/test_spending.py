"""What models may cost at most: more of it is a finding, and what has no bound is never nothing."""

import pytest

from audit.change import change_rules
from audit.compare import judge_change
from audit.template import Template
from audit.verdict import PASS, overall, read_policy
from audit.viewed import view
from audit.worst_case import worst_case
from tests.audit.changes.shop import ACCOUNT, REGION, TODAY, cases

HAZARDS, QUIET = (cases("spending.toml", kind) for kind in ("hazard", "quiet"))
MODEL = "us.anthropic.claude-sonnet-5-5"
CALLER = {
    "Type": "AWS::Lambda::Function",
    "Properties": {"Environment": {"Variables": {"MODEL_ID": MODEL}}},
}


def stack(**resources):
    return Template("s", {"Resources": resources}, ACCOUNT, REGION)


def findings(case):
    sides = []
    for side in ("before", "after"):
        own = {"R": {"Type": case["type"], "Properties": case[side]}} if side in case else {}
        sides.append([stack(Caller=CALLER, **own)])
    return judge_change("unknown", *sides, change_rules(), TODAY).findings


@pytest.mark.parametrize("case", HAZARDS, ids=[each["is"] for each in HAZARDS])
def test_more_may_be_spent(case):
    found = findings(case)
    assert case["found"] in {f"{each.category} {each.severity}" for each in found}, found


@pytest.mark.parametrize("case", QUIET, ids=[each["is"] for each in QUIET])
def test_no_more_may_be_spent(case):
    found = findings(case)
    assert overall(read_policy(), found) == PASS, found


def test_what_is_told_twice_is_found_once():
    """One file in the code of two functions."""
    functions = [
        {
            name: {"Type": "AWS::Lambda::Function", "Properties": {"(s.json)": {"budget_usd": usd}}}
            for name in ("One", "Two")
        }
        for usd in (100, 200)
    ]
    before, after = ([stack(**each)] for each in functions)
    found = judge_change("unknown", before, after, change_rules(), TODAY).findings
    assert [each.rule for each in found] == ["budget-raised"]
    assert worst_case(view("unknown", after)).usd == 200


# The worst case


def function(**variables):
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {"Environment": {"Variables": {"MODEL_ID": MODEL, **variables}}},
    }


def http_api(rate):
    return {
        "Type": "AWS::ApiGatewayV2::Stage",
        "Properties": {"DefaultRouteSettings": {"ThrottlingRateLimit": rate}},
    }


LIMITED = {"MAX_INPUT_TOKENS": "1000000", "MAX_TOKENS": "1000"}


def worst(**resources):
    return worst_case(view("unknown", [stack(**resources)]))


def test_budgets_are_added_up():
    budgets = {"a": {"budget_usd": 100}, "b": {"budget_usd": 50}}
    told = {**CALLER["Properties"], "(settings.json)": {"tenants": budgets}}
    found = worst(F={"Type": "AWS::Lambda::Function", "Properties": told})
    assert (found.usd, found.by) == (150, "budgets")


def test_without_a_budget_it_is_the_rate_by_the_dearest_call():
    found = worst(F=function(**LIMITED), S=http_api(1))
    assert found.by == "rates"
    # A million tokens in and a thousand out, each second of 31 days.
    assert found.usd == pytest.approx((2.75 + 0.011) * 31 * 86_400)


@pytest.mark.parametrize(
    ("resources", "why"),
    [
        ({"F": function(**LIMITED)}, "how often"),
        ({"F": function(MAX_TOKENS="1000"), "S": http_api(1)}, "how much one call reads"),
        ({"F": function(MAX_INPUT_TOKENS="1000"), "S": http_api(1)}, "how much one call writes"),
        ({"F": function(**LIMITED, OTHER="amazon.nova-9-huge-v1:0"), "S": http_api(1)}, "nova-9"),
        (
            {
                "F": function(**LIMITED),
                "S": http_api(1),
                "U": {"Type": "AWS::Lambda::Url", "Properties": {}},
            },
            "how often",
        ),
        ({"F": function(**LIMITED, BUDGET="unlimited"), "S": http_api(1)}, ""),
    ],
)
def test_what_nothing_bounds_is_said_not_to_be_bounded(resources, why):
    found = worst(**resources)
    if why:
        assert found.usd is None
        assert why in found.by
    else:
        assert found.by == "rates"


def test_an_environment_without_models_has_no_worst_case():
    assert worst(Q={"Type": "AWS::SQS::Queue", "Properties": {}}) is None


def test_a_higher_rate_is_more_money_where_a_call_is_bounded():
    before, after = ([stack(F=function(**LIMITED), S=http_api(rate))] for rate in (1, 2))
    found = judge_change("unknown", before, after, change_rules(), TODAY).findings
    assert {("spend-rises", "cost", "high")} <= {
        (each.rule, each.category, each.severity) for each in found
    }
