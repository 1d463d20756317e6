"""What the command line says of regions, and how stacks are judged together."""

from audit.limits import Limits
from audit.rules.judge import judge
from audit.rules.registry import rules
from audit.template import Template
from tests.audit.rules.templates import TODAY, edited, found, good


def test_models_may_answer_in_declared_regions_only():
    def resident(*regions: str) -> list[str]:
        findings = found(good(), residency=frozenset(regions))
        return [each.after for each in findings if each.rule == "BR-REGIONS-RESIDENT"]

    assert resident("us-east-1", "us-west-2") == []
    assert resident("us-east-1") == ["us-west-2 is not among us-east-1"]


def test_a_guardrail_and_its_callers_may_be_in_different_stacks():
    """Split in two, with an export where a name is used across, it is as good as before."""
    one, two = good(), good()
    apart = ("Guardrail", "GuardrailVersion1", "Key", "Documents", "DocumentsPolicy", "Profile")
    one["Resources"] = {id: one["Resources"][id] for id in apart}
    two["Resources"] = {id: each for id, each in two["Resources"].items() if id not in apart}
    exports = {
        f"{id}{attribute}": {
            "Value": {"Fn::GetAtt": [id, attribute]} if attribute else {"Ref": id},
            "Export": {"Name": f"{id}.{attribute}"},
        }
        for id in apart
        for attribute in ("", "Arn", "GuardrailArn", "Version", "InferenceProfileArn")
    }
    one["Outputs"] = exports
    templates = [Template("one", one), Template("two", _imported(two, apart))]
    assert judge("prod", templates, rules(), Limits(TODAY)) == []


def _imported(value, apart):
    match value:
        case {"Fn::GetAtt": [id, attribute]} if id in apart:
            return {"Fn::ImportValue": f"{id}.{attribute}"}
        case {"Ref": id} if id in apart:
            return {"Fn::ImportValue": f"{id}."}
        case {"Fn::Sub": text}:
            for id in apart:
                for attribute in ("Arn", "GuardrailArn", "Version"):
                    text = text.replace(f"${{{id}.{attribute}}}", f"${{{id}{attribute}}}")
            names = {
                f"{id}{attribute}": {"Fn::ImportValue": f"{id}.{attribute}"}
                for id in apart
                for attribute in ("Arn", "GuardrailArn", "Version")
                if f"${{{id}{attribute}}}" in text
            }
            return {"Fn::Sub": [text, names]}
        case dict():
            return {key: _imported(each, apart) for key, each in value.items()}
        case list():
            return [_imported(each, apart) for each in value]
    return value


def test_a_conditional_resource_is_judged_as_if_it_were_there():
    group = {"Type": "AWS::Logs::LogGroup", "Condition": "InVirginia"}
    raw = edited([{"at": "Second", "set": group}])
    assert {each.resource for each in found(raw)} == {"helpdesk/Second"}


def test_a_finding_tells_no_account_no_secret_and_steers_no_terminal():
    model = (
        "arn:aws:bedrock:us-east-1:111111111111:inference-profile/us.amazon.nova-2-lite-v1:0\x1b["
    )
    variables = {"SETTINGS": {"Fn::Sub": "hunter2 ${Guardrail.Version}"}}
    statement = "AnswerPolicy/Properties/PolicyDocument/Statement/0"
    raw = edited(
        [
            {"at": f"{statement}/Resource", "set": [model]},
            {"at": f"{statement}/Condition"},
            {"at": "Answer/Properties/Environment/Variables", "set": variables},
            {"at": "Log/Properties/KmsKeyId"},
            {"at": "Log/Properties", "set": {"Fn::Transform": {"Name": "hunter2"}}},
        ]
    )
    told = " ".join(each.after for each in found(raw))
    assert "arn:aws:bedrock:us-east-1:(account):inference-profile/" in told
    assert "SETTINGS has the Version of helpdesk/Guardrail" in told
    assert "left to Fn::Transform" in told
    assert [word for word in ("hunter2", "111111111111", "\x1b") if word in told] == []
