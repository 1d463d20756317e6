"""Hazards and harmless changes in the forms and the types that other apps use."""

import pytest

from audit.change import change_rules
from audit.compare import judge_change
from audit.template import Template
from audit.verdict import PASS, overall, read_policy
from tests.audit.changes.shop import ACCOUNT, REGION, TODAY, cases

FILES = ("forms.toml", "asking.toml", "generative.toml", "services.toml")
HAZARDS, BENIGN = (
    [each for file in FILES for each in cases(file, kind)] for kind in ("hazard", "benign")
)


def findings(case):
    sides = [[Template("s", case[each], ACCOUNT, REGION)] for each in ("before", "after")]
    return judge_change("unknown", *sides, change_rules(), TODAY).findings


@pytest.mark.parametrize("case", HAZARDS, ids=[each["is"] for each in HAZARDS])
def test_a_hazard_is_found_for_what_it_is(case):
    found = [(each.category, each.severity) for each in findings(case)]
    assert {(case["category"], each) for each in case["severities"]} & {*found}, found


@pytest.mark.parametrize("case", BENIGN, ids=[each["is"] for each in BENIGN])
def test_a_benign_change_passes(case):
    found = findings(case)
    assert overall(read_policy(), found) == PASS, found


def test_a_retention_with_a_rule_of_its_own_is_told_once():
    """Its setting names the entry by the rule, and the place that holds it by number."""
    found = findings({"before": _backup(90), "after": _backup(7)})
    assert [each.rule for each in found] == ["backup-retention"]


ONCE = {
    "every flag of one block": (
        "AWS::S3::Bucket",
        {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True, "BlockPublicPolicy": True}},
        {"PublicAccessBlockConfiguration": {"BlockPublicAcls": False, "BlockPublicPolicy": False}},
    ),
    "a block that is gone with all that it says": (
        "AWS::S3::Bucket",
        {"LoggingConfiguration": {"DestinationBucketName": "logs"}},
        {},
    ),
    "encryption that is gone with its key": (
        "AWS::Athena::WorkGroup",
        {
            "WorkGroupConfiguration": {
                "ResultConfiguration": {
                    "EncryptionConfiguration": {"EncryptionOption": "SSE_KMS", "KmsKey": "k"}
                }
            }
        },
        {"WorkGroupConfiguration": {"ResultConfiguration": {}}},
    ),
}


@pytest.mark.parametrize(("type", "before", "after"), ONCE.values(), ids=ONCE)
def test_one_thing_is_told_once(type, before, after):
    sides = ({"Resources": {"R": {"Type": type, "Properties": each}}} for each in (before, after))
    assert len(findings(dict(zip(("before", "after"), sides, strict=True)))) == 1


def test_what_opens_a_function_to_anyone_opens_it_once():
    permission = {
        "Type": "AWS::Lambda::Permission",
        "Properties": {"FunctionName": "f", "Action": "lambda:InvokeFunction"},
    }
    api = {"Principal": "apigateway.amazonaws.com", "SourceArn": "arn:aws:execute-api:*:*:a/*"}
    before, anyone = (
        permission | {"Properties": permission["Properties"] | each}
        for each in (api, {"Principal": "*"})
    )
    found = findings(
        {"before": {"Resources": {"P": before}}, "after": {"Resources": {"P": before, "Q": anyone}}}
    )
    assert sorted(each.rule for each in found) == ["policy-public", "resource-policy"]


def test_what_refers_to_a_renamed_bucket_may_do_no_more_than_before():
    bucket = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": {}}
    arn = {"Fn::Join": ["", [{"Fn::GetAtt": ["B", "Arn"]}, "/*"]]}
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": arn}
    policy = {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "Bucket": {"Ref": "B"},
            "PolicyDocument": {"Statement": [deny | {"Condition": insecure}]},
        },
    }
    reader = {
        "Type": "AWS::IAM::Policy",
        "Properties": {
            "PolicyName": "p",
            "Roles": ["r"],
            "PolicyDocument": {
                "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": arn}]
            },
        },
    }
    before = {"Resources": {"B": bucket, "P": policy, "R": reader}}
    named = bucket | {"Properties": {"BucketName": "invoices-2"}}
    found = findings({"before": before, "after": {"Resources": before["Resources"] | {"B": named}}})
    assert [each.rule for each in found] == ["data-lost"]


def _backup(days):
    rule = {"RuleName": "daily", "TargetBackupVault": "v", "Lifecycle": {"DeleteAfterDays": days}}
    plan = {"BackupPlan": {"BackupPlanName": "p", "BackupPlanRule": [rule]}}
    return {"Resources": {"Plan": {"Type": "AWS::Backup::BackupPlan", "Properties": plan}}}
