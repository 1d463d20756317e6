"""A13: what is accepted is found, shown where tools look, and little."""

import json
from collections import Counter

import pytest

from config.accepted import held_in
from config.load import environment_names, load_accepted, load_environment
from tests.packs import bedrock, checkov, lint, nag
from tests.packs.assemblies import Assembly, Finding

LEDGER = load_accepted()
HELD = {name: held_in(LEDGER, load_environment(name)) for name in environment_names()}


@pytest.fixture(scope="module")
def found(bare: Assembly, everything_on: Assembly, isolated: Assembly) -> set[Finding]:
    """Every finding of every pack, as if nothing were accepted."""
    packs = [*nag.EVERYWHERE.values(), *nag.PROD.values()]
    return {
        finding
        for each in (bare, everything_on, isolated)
        for source in (
            *(nag.findings(each.app, pack) for pack in packs),
            lint.findings(each),
            bedrock.findings(each),
            checkov.failed(each),
        )
        for finding in source
    }


@pytest.mark.parametrize("name", LEDGER)
def test_every_rule_resource_and_environment_of_an_entry_meets_a_finding(found, name):
    accepted = LEDGER[name]
    there = {environment: held[name].rules for environment, held in HELD.items() if name in held}
    met = [
        each
        for each in found
        if each.rule in there.get(each.environment, ()) and accepted.names(each.resource)
    ]
    for written_out in zip(*there.values(), strict=True):
        assert {each.rule for each in met}.intersection(written_out), written_out
    for resource in accepted.resources:
        one = accepted.model_copy(update={"resources": (resource,)})
        assert any(one.names(each.resource) for each in met), resource
    assert {each.environment for each in met} >= set(accepted.environments)


def test_no_finding_is_accepted_twice():
    said = Counter(
        (rule, resource, environment)
        for environment, held in HELD.items()
        for accepted in held.values()
        for rule in accepted.rules
        for resource in accepted.resources
    )
    assert [each for each, times in said.items() if times > 1] == []


@pytest.mark.parametrize("environment", environment_names())
def test_there_is_at_most_one_entry_for_ten_resources_in_a_pack(assembly, environment):
    entries = Counter(
        pack
        for accepted in HELD[environment].values()
        for pack in {rule.partition("-")[0].partition("_")[0] for rule in accepted.rules}
    )
    assert max(entries.values()) <= assembly.resource_count(environment) / 10


def test_the_templates_show_what_is_accepted_and_why(assembly):
    (template,) = (assembly.outdir / "assembly-dev").glob("devGateway*.template.json")
    resources = json.loads(template.read_text())["Resources"]
    chat = next(each for id, each in resources.items() if id.startswith("ChatFunction"))
    shown, why = chat["Metadata"], LEDGER["no-dead-letter-queue"].reason
    assert {"id": "Serverless-LambdaDLQ", "reason": why} in shown["cdk_nag"]["rules_to_suppress"]
    assert {"id": "CKV_AWS_116", "comment": why} in shown["checkov"]["skip"]
    assert shown["cfn-lint"] == {"config": {"ignore_checks": ["W3005"]}}
