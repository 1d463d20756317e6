"""Environments: what they are called, and that none is weaker than the one below it."""

import json
from pathlib import Path
from typing import Any

import pytest

from audit.environments import environments, same_names
from audit.stages import is_one_of
from audit.template import Template
from tests.audit.changes.assemblies import raws, write_assembly
from tests.audit.changes.audited import audited
from tests.audit.changes.edits import edited


def with_prod(folder: Path, stack: str, edit: Any) -> Path:
    prod = raws() | {stack: edited(raws()[stack], edit)}
    return write_assembly(folder, {"staging": raws(), "prod": prod})


def drifts(tmp_path: Path, stack: str, edit: Any) -> list[tuple[str, str]]:
    base = write_assembly(tmp_path / "base", dict.fromkeys(("staging", "prod"), raws()))
    result = audited(base, with_prod(tmp_path / "head", stack, edit)).result
    return [
        (each.environment, each.resource) for each in result.findings if each.category == "parity"
    ]


@pytest.mark.parametrize(
    ("stack", "edit", "resource"),
    [
        ("data", {"set": {"Orders/Properties/DeletionProtection": False}}, "prod-data/Orders"),
        (
            "edge",
            {"set": {"Firewall/Properties/Rules/0/Action": {"Count": {}}}},
            "prod-edge/Firewall",
        ),
        (
            "assistant",
            {
                "set": {
                    "Guardrail/Properties/ContentPolicyConfig/FiltersConfig/0/InputStrength": "LOW"
                }
            },
            "prod-assistant/Guardrail",
        ),
    ],
)
def test_prod_may_not_be_weaker_than_staging(tmp_path, stack, edit, resource):
    assert ("prod", resource) in drifts(tmp_path, stack, edit)


def test_what_watches_staging_watches_prod(tmp_path):
    assert drifts(tmp_path, "service", {"drop": ["Trail"]}) == [("prod", "(none) Trail")]


def test_a_stronger_prod_is_no_drift(tmp_path):
    edit = {"set": {"Sessions/Properties/DeletionProtectionEnabled": True}}
    assert drifts(tmp_path, "data", edit) == []


def test_what_was_weaker_before_is_not_told_again(tmp_path):
    edit = {"set": {"Orders/Properties/DeletionProtection": False}}
    base = with_prod(tmp_path / "base", "data", edit)
    head = with_prod(tmp_path / "head", "data", edit)
    assert audited(base, head).result.findings == []


def flat(folder: Path, name: str, **tags: str) -> Path:
    """An assembly without stages."""
    properties = {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
    template = {"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": properties}}}
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://unknown-account/unknown-region",
        "properties": {"templateFile": f"{name}.template.json"},
    }
    folder.mkdir()
    (folder / f"{name}.template.json").write_text(json.dumps(template))
    manifest = {"version": "55.0.0", "artifacts": {name: stack}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.mark.parametrize(
    ("stack", "tags", "environment"),
    [
        ("shop-prod-data", {}, "prod"),
        ("Staging-Shop", {}, "staging"),
        ("Shop", {"Environment": "production"}, "production"),
        ("Shop", {"shop:env": "qa"}, "qa"),
        ("Shop", {}, "unknown"),
        ("ShopProd", {}, "prod"),
        ("ShopDevStack", {}, "dev"),
        ("personal-assistant", {}, "unknown"),
        ("LiveChat", {}, "unknown"),
    ],
)
def test_without_stages_names_and_tags_tell_the_environment(tmp_path, stack, tags, environment):
    assert list(environments(flat(tmp_path / "cdk.out", stack, **tags))) == [environment]


def test_bare_templates_are_of_an_unknown_environment(tmp_path):
    (tmp_path / "prod").mkdir()
    (tmp_path / "prod" / "a.json").write_text(json.dumps({"Resources": {}}))
    assert list(environments(tmp_path)) == ["unknown"]


def test_a_stage_is_an_environment(tmp_path):
    assert set(environments(write_assembly(tmp_path / "a", {"beta": raws()}))) == {"beta"}


@pytest.mark.parametrize("name", ["dev", "Dev", "HelpdeskDev", "helpdesk-dev", "DevStage", "local"])
def test_what_may_break_is_told_by_its_name(name):
    assert is_one_of(name, ["local", "dev"])


@pytest.mark.parametrize(
    "name", ["prod", "dev-prod", "DevTools", "LocalNews", "PersonalAssistant", "unknown", ""]
)
def test_what_may_be_something_else_is_judged_strictly(name):
    assert not is_one_of(name, ["local", "personal", "dev"])


@pytest.mark.parametrize(("before", "after"), [("prod", "PROD"), ("prod", "production")])
def test_a_stage_that_is_only_called_otherwise_is_the_same_environment(tmp_path, before, after):
    template = Template("shop", {"Resources": {}}, "111122223333", "us-east-1")
    assert same_names({before: [template]}, {after: [template]})[0] == {after: [template]}


def test_a_new_environment_is_none_of_those_before():
    one, other = (Template(each, {"Resources": {}}) for each in ("shop-qa", "shop-prod"))
    assert set(same_names({"qa": [one]}, {"qa": [one], "prod": [other]})[0]) == {"qa"}


def test_an_environment_that_goes_leaves_nothing_to_guard(tmp_path):
    base = write_assembly(tmp_path / "base", {"qa": raws(), "prod": raws()})
    head = write_assembly(tmp_path / "head", {"prod": raws()})
    found = audited(base, head).result.findings
    assert {each.environment for each in found} == {"qa"}
    assert not [each for each in found if each.rule.endswith("guard-removed")]
