"""Stock rule packs find nothing in any environment that is not in config/accepted.toml."""

import pytest
from aws_cdk import App, Stack, Stage
from aws_cdk import aws_logs as logs
from cdk_preflight import Preflight

from config.load import load_accepted, load_environment
from tests.packs import checkov, lint, nag
from tests.packs.assemblies import assemble, synthesized, validation
from tests.stacks.assembly import context


@pytest.mark.parametrize("pack", nag.EVERYWHERE.values(), ids=nag.EVERYWHERE)
def test_cdk_nag_finds_nothing_that_is_not_accepted(assembly, bare, pack):
    assert list(nag.findings(bare.app, pack)), "and without the ledger it does"
    assert list(nag.findings(assembly.app, pack)) == []


@pytest.mark.parametrize("pack", nag.PROD.values(), ids=nag.PROD)
def test_in_prod_the_packs_of_the_standards_find_nothing_either(assembly, bare, pack):
    assert list(nag.of_prod(bare.app, pack))
    assert list(nag.of_prod(assembly.app, pack)) == []


def test_cfn_lint_finds_nothing_that_is_not_accepted(assembly, bare):
    assert list(lint.findings(bare))
    assert list(lint.findings(assembly)) == []


def test_checkov_finds_nothing_that_is_not_accepted(assembly, bare):
    assert set(checkov.failed(bare)) == set(checkov.skipped(assembly)) != set()
    assert list(checkov.failed(assembly)) == []


def test_in_an_isolated_network_no_rule_finds_a_function_outside_and_nobody_is_excused(
    bare, isolated
):
    rules = load_accepted()["network-not-isolated"].rules
    for assembly, met in ((bare, set(rules)), (isolated, set())):
        found = [f for pack in nag.PROD.values() for f in nag.of_prod(assembly.app, pack)]
        found += checkov.failed(assembly)
        assert {each.rule for each in found} & {*rules} == met


def test_what_prod_gives_up_is_found_although_others_may_lack_it(tmp_path):
    prod = load_environment("prod")
    open = prod.model_copy(update={"api": prod.api.model_copy(update={"waf": False})})
    (found,) = nag.findings(assemble(tmp_path, open).app, nag.EVERYWHERE["AwsSolutions"])
    assert found.rule == "AwsSolutions-APIG3"


def test_cdk_preflight_and_cdk_itself_find_nothing(assembly):
    assert list(validation(assembly)) == []


def test_cdk_preflight_would_find_what_a_deployment_would_fail_of(tmp_path):
    app = App(outdir=str(tmp_path), context=context())
    stack = Stack(Stage(app, "dev"), "Operations")
    logs.CfnMetricFilter(
        stack,
        "Errors",
        filter_pattern="[time, level=ERROR, message",
        log_group_name="a",
        metric_transformations=[
            logs.CfnMetricFilter.MetricTransformationProperty(
                metric_name="errors", metric_namespace="a", metric_value="1"
            )
        ],
    )
    Preflight.apply(app)
    (found,) = validation(synthesized(app, tmp_path))
    assert found == ("pf-logs-filter-pattern-bracket", "dev", "Operations/Errors")
