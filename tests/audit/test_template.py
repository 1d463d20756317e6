"""Templates and assemblies are read as CloudFormation reads them, or refused in one sentence."""

import json
from datetime import date
from pathlib import Path

import pytest

from audit.assembly import read_environments
from audit.environment import Environment, resolved
from audit.errors import Unreadable
from audit.limits import Limits
from audit.template import Template, read_template

LIMITS = Limits(date(2026, 11, 24))
EMPTY = {"Resources": {}}


def write(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def topic(value: object, undecided: bool = True, **sections: object) -> object:
    """A value as a rule sees it, in a template with these sections."""
    raw = {"Resources": {"T": {"Type": "A::B::C", "Properties": {"P": value}}}, **sections}
    templates = [Template("stack", raw, region="eu-west-1")]
    (resource,) = resolved("dev", templates, LIMITS, undecided=undecided).resources
    return resource.properties.get("P")


def test_short_tags_are_the_functions_that_they_stand_for(tmp_path):
    text = """
Resources:
  A:
    Type: X::Y::Z
    Properties:
      Version: 2012-10-17
      Arn: !GetAtt B.Nested.Arn
      Name: !Sub ["${P}-x", {P: !Ref Q}]
      If: !If [C, !Ref "AWS::NoValue", on]
"""
    read = read_template(write(tmp_path / "t.yaml", text)).raw["Resources"]["A"]["Properties"]
    assert read["Version"] == "2012-10-17"
    assert read["Arn"] == {"Fn::GetAtt": ["B", "Nested.Arn"]}
    assert read["Name"] == {"Fn::Sub": ["${P}-x", {"P": {"Ref": "Q"}}]}
    assert read["If"]["Fn::If"][1] == {"Ref": "AWS::NoValue"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{",
        "a: [",
        "a: 1\na: 2",
        '{"Resources": {}, "Resources": {}}',
        '{"Resources": []}',
        '{"Resources": {"A": 1}}',
        '{"Resources": {"A": {"Type": 1}}}',
        '{"Resources": {"A": {"Type": "T", "Properties": []}}}',
        '{"Resources": {}, "Outputs": 3}',
        "Resources: {A: &x {Type: T}, B: *x}",
        "Resources: !!python/object/apply:os.getcwd []",
        "[" * 100_000,
        "{a: " * 5_000,
        "\x00",
    ],
)
def test_what_is_not_a_template_is_refused_by_its_path(tmp_path, text):
    path = write(tmp_path / "t.yaml", text)
    with pytest.raises(Unreadable, match=r"t\.yaml"):
        read_template(path)


def test_a_stage_is_an_environment_with_its_nested_stacks(tmp_path):
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://111111111111/eu-west-1",
        "properties": {"templateFile": "s.template.json", "stackName": "prod-S"},
    }
    stage = {
        "type": "cdk:cloud-assembly",
        "properties": {"directoryName": "assembly-prod"},
        "displayName": "prod",
    }
    write(tmp_path / "manifest.json", {"artifacts": {"assembly-prod": stage}})
    inner = tmp_path / "assembly-prod"
    write(inner / "manifest.json", {"artifacts": {"S": stack}})
    nested = {
        "Type": "AWS::CloudFormation::Stack",
        "Metadata": {"aws:asset:path": "n.nested.template.json"},
    }
    write(inner / "s.template.json", {"Resources": {"N": nested}})
    write(inner / "n.nested.template.json", EMPTY)
    found = read_environments([tmp_path])
    assert [each.name for each in found["prod"]] == ["prod-S", "prod-S/N"]
    assert {(each.account, each.region) for each in found["prod"]} == {
        ("111111111111", "eu-west-1")
    }


def test_a_nested_stack_without_metadata_is_found_by_what_is_uploaded(tmp_path):
    """CDK's command line asks for the metadata; `python app.py` and a test do not."""
    stack = {
        "type": "aws:cloudformation:stack",
        "properties": {"templateFile": "s.template.json"},
    }
    write(tmp_path / "manifest.json", {"artifacts": {"S": stack}})
    url = {"Fn::Join": ["", ["https://s3.", {"Ref": "AWS::URLSuffix"}, "/assets/1a2b.json"]]}
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}
    write(tmp_path / "s.template.json", {"Resources": {"N": nested}})
    write(tmp_path / "n.nested.template.json", EMPTY)
    file = {
        "source": {"path": "n.nested.template.json", "packaging": "file"},
        "destinations": {"d": {"objectKey": "1a2b.json"}},
    }
    write(tmp_path / "S.assets.json", {"version": "55.0.0", "files": {"1a2b": file}})
    assert [each.name for each in read_environments([tmp_path])["unknown"]] == ["S", "S/N"]


@pytest.mark.parametrize(
    "manifest",
    ["{}", "[]", '{"artifacts": []}', '{"artifacts": {"S": {"type": "aws:cloudformation:stack"}}}'],
)
def test_a_broken_assembly_is_refused(tmp_path, manifest):
    write(tmp_path / "manifest.json", manifest)
    with pytest.raises(Unreadable):
        read_environments([tmp_path])


def test_an_assembly_that_lacks_a_template_is_refused(tmp_path):
    stack = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "gone.json"}}
    write(tmp_path / "manifest.json", {"artifacts": {"S": stack}})
    with pytest.raises(Unreadable, match=r"gone\.json"):
        read_environments([tmp_path])


def test_bare_templates_are_one_environment_whose_name_is_unknown(tmp_path):
    write(tmp_path / "a.json", EMPTY)
    write(tmp_path / "b.yml", "Resources: {}")
    write(tmp_path / "package.json", {"name": "not a template"})
    assert [each.name for each in read_environments([tmp_path])["unknown"]] == ["a", "b"]


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        ({"Ref": "Given"}, "x"),
        ({"Ref": "Open"}, "${Open}"),
        ({"Ref": "AWS::Region"}, "eu-west-1"),
        ({"Ref": "AWS::AccountId"}, "${AWS::AccountId}"),
        ({"Ref": "AWS::NoValue"}, None),
        ({"Ref": "Stored"}, "${Stored}"),
        ({"Ref": "Several"}, ["a", "b"]),
        ({"Fn::GetAtt": ["R", "Arn"]}, "${R.Arn}"),
        ({"Fn::GetAtt": "R.Arn"}, "${R.Arn}"),
        ({"Fn::Join": ["/", ["a", {"Ref": "R"}, {"Ref": "Given"}]]}, "a/${R}/x"),
        ({"Fn::Sub": "a-${Given}-${R.Arn}-${AWS::Region}"}, "a-x-${R.Arn}-eu-west-1"),
        ({"Fn::Sub": ["${L}", {"L": {"Ref": "Given"}}]}, "x"),
        ({"Fn::FindInMap": ["M", {"Ref": "Given"}, "k"]}, "v"),
        ({"Fn::FindInMap": ["M", {"Ref": "Open"}, "k"]}, "${Fn::FindInMap M Open k}"),
        ({"Fn::Select": ["1", ["a", "b"]]}, "b"),
        ({"Fn::Select": [0, {"Fn::Split": [",", "a,b"]}]}, "a"),
        ({"Fn::If": ["Always", 1, 2]}, 1),
        ({"Fn::If": ["Decided", 1, 2]}, 1),
        ({"Fn::If": ["Unnamed", 1, 2]}, 1),
        ({"Fn::Transform": {"Name": "x"}}, {"Fn::Transform": {"Name": "x"}}),
        ({"Fn::Join": 3}, {"Fn::Join": 3}),
        ([{"Ref": "AWS::NoValue"}, 1], [1]),
    ],
)
def test_a_value_is_worked_out_as_far_as_the_template_tells(value, seen):
    parameters = {
        "Given": {"Type": "String", "Default": "x"},
        "Open": {"Type": "String"},
        "Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/name"},
        "Several": {"Type": "CommaDelimitedList", "Default": "a, b"},
    }
    conditions = {
        "Always": {"Fn::Equals": ["a", "a"]},
        "Decided": {"Fn::Equals": [{"Ref": "Given"}, "y"]},
    }
    given = {"Parameters": parameters, "Conditions": conditions}
    assert topic(value, Mappings={"M": {"x": {"k": "v"}}}, **given) == seen


def test_a_condition_that_a_parameter_decides_is_seen_both_ways():
    conditions = {"C": {"Fn::Not": [{"Fn::Equals": [{"Ref": "P"}, "y"]}]}}
    value = {"Fn::If": ["C", "yes", "no"]}
    seen = {topic(value, undecided=each, Conditions=conditions) for each in (True, False)}
    assert seen == {"yes", "no"}


def test_an_import_is_what_another_stack_exports():
    key = {"Type": "AWS::KMS::Key"}
    output = {"Value": {"Fn::GetAtt": ["K", "Arn"]}, "Export": {"Name": "key"}}
    user = {"Type": "A::B::C", "Properties": {"P": {"Fn::ImportValue": "key"}}}
    around: Environment = resolved(
        "dev",
        [
            Template("One", {"Resources": {"K": key}, "Outputs": {"O": output}}),
            Template("Two", {"Resources": {"U": user}}),
        ],
        LIMITS,
        undecided=True,
    )
    exporter, importer = around.resources
    assert around.referred(importer.at("P"), importer) == [exporter]
