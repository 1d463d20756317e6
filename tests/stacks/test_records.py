"""What is recorded about calls, in the templates: who writes where, and who may read what was."""

import json

import pytest

from config.load import environment_names, load_environment
from tests.accounts import DEV_ACCOUNT, PROD_ACCOUNT
from tests.stacks.assembly import (
    Template,
    dev_with,
    plain,
    resources,
    stacks_of,
    synthesize,
    template,
)

CUSTOM = "AWS::CloudFormation::CustomResource"
LOGGING = """
[invocation_logging]
log_retention_days = 30
bucket_retention_days = 60
deliver = ["text", "embedding"]
"""


@pytest.fixture(scope="module")
def records(tmp_path_factory) -> Template:
    folder = tmp_path_factory.mktemp("records")
    synthesize(folder, dev_with(tables=LOGGING))
    return template(folder, "dev", "Records")


def only(found: dict) -> dict:
    (one,) = found.values()
    return one


def statements(found: Template, role: str) -> list[dict]:
    return [
        {name: plain(value) for name, value in statement.items()}
        for id, policy in resources(found, "AWS::IAM::Policy").items()
        if id.startswith(role)
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def test_the_stack_is_there_only_where_something_is_recorded(assembly, tmp_path):
    assert all("Records" in stacks_of(assembly, name) for name in environment_names())
    synthesize(tmp_path, dev_with())
    assert "Records" not in stacks_of(tmp_path, "dev")


def test_the_sample_environments_deliver_nothing_of_what_is_said(assembly):
    for name in environment_names():
        found = resources(template(assembly, name, "Records"), CUSTOM)
        assert only(found)["Properties"]["Deliver"] == []


def test_the_resource_names_what_the_task_needs(records):
    told = only(resources(records, CUSTOM))["Properties"]
    assert told["Deliver"] == ["text", "embedding"]
    assert (told["Prefix"], told["Saved"]) == ("invocations", "previous-configuration.json")


def test_the_log_group_and_the_bucket_keep_records_as_long_as_declared(records):
    groups = resources(records, "AWS::Logs::LogGroup").values()
    (named,) = (each["Properties"] for each in groups if "LogGroupName" in each["Properties"])
    assert (named["LogGroupName"], named["RetentionInDays"]) == ("strata-dev-invocations", 30)
    (bucket,) = (
        each["Properties"]
        for each in resources(records, "AWS::S3::Bucket").values()
        if "invocations" in each["Properties"]["BucketName"]
    )
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    # Not the whole bucket: what was configured before lies there too, and must not expire.
    assert (rule["Prefix"], rule["ExpirationInDays"]) == ("invocations/", 60)


def test_bedrock_alone_writes_for_this_account_alone(records):
    roles = resources(records, "AWS::IAM::Role")
    (writer,) = (each for id, each in roles.items() if id.startswith("InvocationLoggingWriter"))
    (trust,) = writer["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "bedrock.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": DEV_ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:us-east-1:{DEV_ACCOUNT}:*"},
    }
    (right,) = statements(records, "InvocationLoggingWriter")
    assert right["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert right["Resource"].endswith(
        "log-group:strata-dev-invocations:log-stream:aws/bedrock/modelinvocations"
    )


def test_bedrock_puts_records_under_its_own_path_of_the_bucket(records):
    policy = only(resources(records, "AWS::S3::BucketPolicy"))["Properties"]["PolicyDocument"]
    (allowed,) = (each for each in policy["Statement"] if each["Effect"] == "Allow")
    assert allowed["Action"] == "s3:PutObject"
    assert plain(allowed["Resource"]).endswith(
        f"/invocations/AWSLogs/{DEV_ACCOUNT}/BedrockModelInvocationLogs/*"
    )
    assert allowed["Condition"]["StringEquals"] == {"aws:SourceAccount": DEV_ACCOUNT}


def test_the_task_changes_the_configuration_and_reads_no_record(records):
    rights = {
        tuple(each["Action"]) if isinstance(each["Action"], list) else (each["Action"],): each
        for each in statements(records, "InvocationLoggingTask")
    }
    verbs = ("Delete", "Get", "Put")
    changes = tuple(f"bedrock:{verb}ModelInvocationLoggingConfiguration" for verb in verbs)
    assert rights.pop(changes)["Resource"] == "*"
    passing = rights.pop(("iam:PassRole",))
    assert passing["Resource"] == f"arn:aws:iam::{DEV_ACCOUNT}:role/*"
    assert passing["Condition"] == {
        "StringEquals": {"iam:PassedToService": "bedrock.amazonaws.com"}
    }
    kept = rights.pop(("s3:GetObject", "s3:PutObject"))["Resource"]
    assert kept.endswith("/previous-configuration.json")
    assert {action.partition(":")[0] for actions in rights for action in actions} == {"logs", "kms"}


def test_the_configuration_comes_after_what_it_leads_to(records):
    waits = set(only(resources(records, CUSTOM))["DependsOn"])
    assert set(resources(records, "AWS::S3::BucketPolicy")) <= waits
    assert any(id.startswith("InvocationLoggingWriterDefaultPolicy") for id in waits)


def test_no_alias_is_served_before_its_calls_are_recorded(tmp_path):
    synthesize(tmp_path, dev_with(tables=LOGGING))
    manifest = json.loads((tmp_path / "assembly-dev" / "manifest.json").read_text())
    gateway = next(
        artifact
        for name, artifact in manifest["artifacts"].items()
        if name.startswith("devGateway") and artifact["type"] == "aws:cloudformation:stack"
    )
    assert any(name.startswith("devRecords") for name in gateway["dependencies"])


@pytest.mark.parametrize("service", ["bedrock", "cloudtrail"])
def test_who_records_may_encrypt_with_our_key_for_this_account_alone(assembly, service):
    keys = resources(template(assembly, "dev", "Foundation"), "AWS::KMS::Key")
    (key,) = (each for id, each in keys.items() if id.startswith("Key9"))
    (use,) = (
        each
        for each in key["Properties"]["KeyPolicy"]["Statement"]
        if each["Principal"] == {"Service": f"{service}.amazonaws.com"}
    )
    assert f":{service}:us-east-1:{DEV_ACCOUNT}:" in use["Condition"]["ArnLike"]["aws:SourceArn"]


def test_access_logs_come_from_the_environments_own_buckets_alone(assembly):
    policy = only(resources(template(assembly, "dev", "Foundation"), "AWS::S3::BucketPolicy"))
    (allowed,) = (
        each
        for each in policy["Properties"]["PolicyDocument"]["Statement"]
        if each["Effect"] == "Allow"
    )
    assert allowed["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    assert allowed["Condition"] == {
        "StringEquals": {"aws:SourceAccount": DEV_ACCOUNT},
        "ArnLike": {"aws:SourceArn": "arn:aws:s3:::strata-dev-*"},
    }


# The trail

TRAIL = "AWS::CloudTrail::Trail"


@pytest.fixture(scope="module")
def trail(assembly) -> dict:
    return only(resources(template(assembly, "prod", "Records"), TRAIL))


def test_the_trail_signs_its_files_and_encrypts_them_with_our_key(trail):
    properties = trail["Properties"]
    assert properties["EnableLogFileValidation"] is True
    assert properties["IsLogging"] is True and properties["IsMultiRegionTrail"] is True
    assert "Key961B73FD" in plain(properties["KMSKeyId"])


def selected(trail: dict) -> list[dict[str, str]]:
    return [
        {field["Field"]: ",".join(field["Equals"]) for field in selector["FieldSelectors"]}
        for selector in trail["Properties"]["AdvancedEventSelectors"]
    ]


def test_the_trail_records_guardrails_applied_and_knowledge_bases_searched(trail):
    assert selected(trail) == [
        {"eventCategory": "Management"},
        {"eventCategory": "Data", "resources.type": "AWS::Bedrock::Guardrail"},
        {"eventCategory": "Data", "resources.type": "AWS::Bedrock::KnowledgeBase"},
    ]


def test_management_events_are_left_out_where_another_trail_has_them(tmp_path):
    declared = load_environment("prod")
    changed = declared.trail.model_copy(
        update={"management_events": False, "object_lock_days": None}
    )
    synthesize(tmp_path, declared.model_copy(update={"trail": changed}))
    found = template(tmp_path, "prod", "Records")
    assert {each["eventCategory"] for each in selected(only(resources(found, TRAIL)))} == {"Data"}
    buckets = resources(found, "AWS::S3::Bucket").values()
    assert not [each for each in buckets if "ObjectLockEnabled" in each["Properties"]]


def test_the_trails_files_are_locked_and_kept_as_long_as_declared(assembly):
    (bucket,) = (
        each["Properties"]
        for each in resources(template(assembly, "prod", "Records"), "AWS::S3::Bucket").values()
        if "trail" in each["Properties"]["BucketName"]
    )
    assert bucket["ObjectLockEnabled"] is True
    assert bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"] == {
        "Days": 365,
        "Mode": "GOVERNANCE",
    }
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert rule["ExpirationInDays"] == 2_557


def test_cloudtrail_alone_writes_for_this_trail_alone(assembly):
    found = template(assembly, "prod", "Records")
    arn = f"arn:aws:cloudtrail:us-east-1:{PROD_ACCOUNT}:trail/strata-prod-trail"
    allowed = [
        statement
        for policy in resources(found, "AWS::S3::BucketPolicy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
    ]
    assert [each["Action"] for each in allowed] == ["s3:GetBucketAcl", "s3:PutObject"]
    assert all(each["Condition"]["StringEquals"]["aws:SourceArn"] == arn for each in allowed)
    roles = resources(found, "AWS::IAM::Role")
    (writer,) = (each for id, each in roles.items() if id.startswith("TrailWriter"))
    (trust,) = writer["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"] == {"StringEquals": {"aws:SourceArn": arn}}


def test_the_trail_comes_after_what_it_writes_into(trail, assembly):
    policies = set(resources(template(assembly, "prod", "Records"), "AWS::S3::BucketPolicy"))
    assert [each for each in trail["DependsOn"] if each in policies]
    assert any(each.startswith("TrailWriterDefaultPolicy") for each in trail["DependsOn"])
