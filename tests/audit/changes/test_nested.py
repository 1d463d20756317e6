"""Nested stacks: CDK writes their templates beside their parent's, and only the CLI says where."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.audit.changes.assemblies import VERSION
from tests.audit.changes.audited import audited

HASH = "ae3f859d454be7dbb4284abece737a8abe35c0510dc62d869722d24f825ec9ed"
ADDRESS = {"Fn::Sub": f"https://s3.${{AWS::Region}}.${{AWS::URLSuffix}}/assets/{HASH}.json"}


def assembly(
    folder: Path, inner: Any, given: dict[str, Any] | None = None, *, told: bool = False
) -> Path:
    """A stack with one nested in it; `told`: its path is in the template, as the CLI wants it."""
    nested = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": ADDRESS, "Parameters": given or {}},
        **({"Metadata": {"aws:asset:path": "inner.nested.template.json"}} if told else {}),
    }
    file = {
        "source": {"path": "inner.nested.template.json", "packaging": "file"},
        "destinations": {"here": {"bucketName": "assets", "objectKey": f"{HASH}.json"}},
    }
    artifacts = {
        "shop.assets": {"type": "cdk:asset-manifest", "properties": {"file": "shop.assets.json"}},
        "shop": {
            "type": "aws:cloudformation:stack",
            "environment": "aws://111122223333/us-east-1",
            "properties": {"templateFile": "shop.template.json"},
        },
    }
    files = {
        "manifest.json": {"version": VERSION, "artifacts": artifacts},
        "shop.assets.json": {"version": VERSION, "files": {HASH: file}},
        "shop.template.json": {"Resources": {"Stock": nested}},
        "inner.nested.template.json": inner,
    }
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content))
    return folder


def table(protected: bool) -> Any:
    properties = {"TableName": "stock", "DeletionProtectionEnabled": protected}
    return {"Resources": {"T": {"Type": "AWS::DynamoDB::Table", "Properties": properties}}}


@pytest.mark.parametrize("told", [True, False], ids=["by its path", "by its address"])
def test_a_nested_stack_is_judged(tmp_path, told):
    base = assembly(tmp_path / "base", table(True), told=told)
    head = assembly(tmp_path / "head", table(False), told=told)
    (found,) = audited(base, head).result.findings
    assert (found.rule, found.resource) == ("deletion-protection", "shop/Stock/T")


def test_what_a_nested_stack_is_given_counts_in_it(tmp_path):
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": {"Ref": "Office"}}
    group = {"GroupDescription": "g", "SecurityGroupIngress": [rule]}
    inner = {
        "Parameters": {"Office": {"Type": "String"}},
        "Resources": {"G": {"Type": "AWS::EC2::SecurityGroup", "Properties": group}},
    }
    base = assembly(tmp_path / "base", inner, {"Office": "203.0.113.0/24"})
    head = assembly(tmp_path / "head", inner, {"Office": "0.0.0.0/0"})
    (found,) = audited(base, head).result.findings
    assert (found.rule, found.severity) == ("network-open", "critical")
