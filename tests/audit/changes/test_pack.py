"""The rule pack on both sides of a change: what is new is found, what was there is not."""

from pathlib import Path
from typing import Any

import pytest

from audit.result import Result
from audit.verdict import BLOCK, PASS
from tests.audit.changes.assemblies import raws, write_assembly
from tests.audit.changes.audited import audited
from tests.audit.changes.edits import edited
from tests.audit.changes.shop import cases

LOG = {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 365}}
ACCEPTED = {
    "key": {
        "rules": ["BR-LOGS-ENCRYPTED"],
        "reason": "It holds no words of anybody's.",
        "owner": "platform",
        "until": "2027-06-01",
    }
}


def result(tmp_path: Path, stack: str, edit: Any, before: Any = None) -> Result:
    old = before or raws()
    base = write_assembly(tmp_path / "base", {"prod": old})
    head = write_assembly(tmp_path / "head", {"prod": old | {stack: edited(old[stack], edit)}})
    return audited(base, head).result


def rules(found: Result) -> list[tuple[str, str]]:
    return [(each.rule, each.resource) for each in found.findings if each.rule[:3] == "BR-"]


def test_an_app_with_many_old_findings_passes_with_a_benign_change(tmp_path):
    found = result(tmp_path, "data", {"set": {"Carts/Properties/Tags": []}})
    assert found.verdict == PASS
    (prod,) = found.environments
    assert prod.rules["kept"] >= 12
    assert (prod.rules["new"], prod.rules["fixed"]) == (0, 0)


def test_a_new_resource_that_breaks_the_pack_is_found(tmp_path):
    found = result(tmp_path, "service", {"add": {"Log": LOG}})
    assert ("BR-LOGS-ENCRYPTED", "prod-service/Log") in rules(found)
    assert found.environments[0].rules["new"] == len(rules(found))


def test_what_one_rule_says_of_one_resource_is_one_finding(tmp_path):
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {}}
    found = result(tmp_path, "data", {"add": {"Reports": bucket}})
    (public,) = [each for each in found.findings if each.rule == "BR-BUCKET-PUBLIC"]
    assert "BlockPublicAcls is not true; BlockPublicPolicy is not true" in public.after


def test_one_that_is_mended_is_counted(tmp_path):
    burst = {"add": {"Stage/Properties/MethodSettings/0/ThrottlingBurstLimit": 200}}
    found = result(tmp_path, "edge", burst)
    assert found.verdict == PASS
    assert found.environments[0].rules["fixed"] == 1


def test_a_resource_by_another_name_is_not_new(tmp_path):
    found = result(tmp_path, "edge", {"rename": {"Firewall": "WebFirewall"}})
    assert rules(found) == []


def test_what_the_template_itself_accepts_is_counted_and_told_as_such(tmp_path):
    accepted = {**LOG, "Metadata": {"audit": {"accepted": ACCEPTED}}}
    found = result(tmp_path, "service", {"add": {"Log": accepted}})
    assert rules(found) == []
    assert found.environments[0].rules["accepted"] == 1
    assert "suppression-new" in {each.rule for each in found.findings}


def test_what_a_change_rule_says_of_a_resource_is_not_said_twice(tmp_path):
    drop = {"drop": ["Uploads/Properties/PublicAccessBlockConfiguration"]}
    found = result(tmp_path, "data", drop)
    of_bucket = [each.rule for each in found.findings if each.resource == "prod-data/Uploads"]
    assert of_bucket
    assert "BR-BUCKET-PUBLIC" not in of_bucket


def test_an_app_without_models_is_not_judged_by_the_pack(tmp_path):
    data = {"data": raws()["data"]}
    found = result(tmp_path, "data", {"add": {"Log": LOG}}, before=data)
    assert rules(found) == []


def test_the_pack_never_blocks_by_itself(tmp_path):
    """What is missing can be approved; what a change takes away is judged by the change's rules."""
    route = {"Type": "AWS::ApiGateway::Method", "Properties": {"HttpMethod": "GET"}}
    route["Properties"] |= {"AuthorizationType": "NONE", "ApiKeyRequired": True}
    found = result(tmp_path, "edge", {"add": {"Open": route}})
    assert [each.severity for each in found.findings if each.rule == "BR-API-AUTHORIZED"] == [
        "high"
    ]
    assert found.verdict != BLOCK


BENIGN = cases("benign.toml", "benign")


@pytest.mark.parametrize("change", BENIGN, ids=[each["is"] for each in BENIGN])
def test_no_benign_change_is_blocked_by_both_together(tmp_path, change):
    edit = {key: each for key, each in change.items() if key in ("set", "add", "drop", "rename")}
    found = result(tmp_path, change["stack"], edit)
    assert found.verdict != BLOCK, found.findings
