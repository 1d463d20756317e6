"""D1 and D5: everything stateful, found in the templates, outlives its stack and is ours to read.

A stateful type without a rule here fails, so that a new kind of store is judged before it is
deployed.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config.load import environment_names, load_environment
from tests.stacks.assembly import plain, resources, stacks_of, template
from tests.stateful import NOTES, STATEFUL

# Of the documents, which are kept: an environment says whether to keep these as well.
MADE_AGAIN = {"AWS::S3Vectors::VectorBucket", "AWS::S3Vectors::Index"}
Properties = dict[str, Any]


def stores(assembly: Path, environment: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(where it is, its type, the resource) of everything that holds state."""
    for stack in stacks_of(assembly, environment):
        for id, each in template(assembly, environment, stack)["Resources"].items():
            if each["Type"] in STATEFUL:
                yield f"{stack}/{id}", each["Type"], each


def ours(arn: object) -> bool:
    """Whether it is Foundation's key, from inside Foundation or from another stack."""
    return "Key961B73FD" in str(plain(arn)) and "KeysMac" not in str(plain(arn))


def table(found: Properties) -> bool:
    recovery = found["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
    encrypted = ours(found["SSESpecification"]["KMSMasterKeyId"])
    return recovery is True and found["DeletionProtectionEnabled"] is True and encrypted


def bucket(found: Properties) -> bool:
    (rule,) = found["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    encryption = rule["ServerSideEncryptionByDefault"]
    # S3 delivers access logs to no bucket with a KMS key, and to none that logs into itself.
    is_access_log = "-access-logs-" in found["BucketName"]
    return (
        found["VersioningConfiguration"] == {"Status": "Enabled"}
        and all(found["PublicAccessBlockConfiguration"].values())
        and bool(found["LifecycleConfiguration"]["Rules"])
        and (is_access_log or (logs_accesses(found) and ours(encryption.get("KMSMasterKeyID"))))
        and (not is_access_log or encryption == {"SSEAlgorithm": "AES256"})
    )


def logs_accesses(found: Properties) -> bool:
    logging = found.get("LoggingConfiguration", {})
    own_folder = logging.get("LogFilePrefix") == f"{found['BucketName']}/"
    return own_folder and "-access-logs-" in logging["DestinationBucketName"]


def key(found: Properties) -> bool:
    # KMS rotates no key that makes MACs.
    rotates = found.get("EnableKeyRotation") is True or found.get("KeySpec") == "HMAC_256"
    return rotates and found["PendingWindowInDays"] == 30


def log_group(found: Properties) -> bool:
    return ours(found["KmsKeyId"]) and found["RetentionInDays"] >= 1


def vector_bucket(found: Properties) -> bool:
    return ours(found["EncryptionConfiguration"]["KmsKeyArn"])


def vector_index(found: Properties) -> bool:
    return "EncryptionConfiguration" not in found  # its bucket's


def queue(found: Properties) -> bool:
    return ours(found["KmsMasterKeyId"])


PROTECTED: dict[str, Callable[[Properties], bool]] = {
    "AWS::DynamoDB::Table": table,
    "AWS::KMS::Key": key,
    "AWS::Logs::LogGroup": log_group,
    "AWS::S3::Bucket": bucket,
    "AWS::S3Vectors::Index": vector_index,
    "AWS::SQS::Queue": queue,
    "AWS::S3Vectors::VectorBucket": vector_bucket,
}


@pytest.mark.parametrize("environment", environment_names())
def test_every_store_is_retained_when_deleted_and_when_replaced(assembly, environment):
    found = list(stores(assembly, environment))
    assert {type for _, type, _ in found} >= set(PROTECTED)
    lost = {
        type
        for _, type, each in found
        if (each.get("DeletionPolicy"), each.get("UpdateReplacePolicy")) != ("Retain", "Retain")
    }
    bases = load_environment(environment).knowledge_bases.values()
    made_again = set() if any(base.keep_vectors for base in bases) else MADE_AGAIN
    assert lost == made_again | NOTES


@pytest.mark.parametrize("environment", environment_names())
def test_every_store_is_protected_recoverable_and_encrypted_with_our_key(assembly, environment):
    unprotected = [
        where
        for where, type, each in stores(assembly, environment)
        if type not in PROTECTED or not PROTECTED[type](each["Properties"])
    ]
    assert unprotected == []


@pytest.mark.parametrize("environment", environment_names())
def test_every_bucket_refuses_what_does_not_come_over_tls(assembly, environment):
    for stack in stacks_of(assembly, environment):
        found = template(assembly, environment, stack)
        policies = resources(found, "AWS::S3::BucketPolicy").values()
        refused = {
            plain(policy["Properties"]["Bucket"])
            for policy in policies
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
            if statement["Effect"] == "Deny"
            and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        }
        assert refused == set(resources(found, "AWS::S3::Bucket"))


@pytest.mark.parametrize("environment", environment_names())
def test_nothing_writes_into_a_log_group_that_we_did_not_declare(assembly, environment):
    for stack in stacks_of(assembly, environment):
        found = template(assembly, environment, stack)
        groups = set(resources(found, "AWS::Logs::LogGroup"))
        for function in resources(found, "AWS::Lambda::Function").values():
            assert plain(function["Properties"]["LoggingConfig"]["LogGroup"]) in groups
        for stage in resources(found, "AWS::ApiGateway::Stage").values():
            # With a level, API Gateway makes a group of its own: no key, no end, and bodies in it.
            settings = stage["Properties"].get("MethodSettings", [])
            assert not [each for each in settings if "LoggingLevel" in each]
            destination = plain(stage["Properties"]["AccessLogSetting"]["DestinationArn"])
            assert any(group in destination for group in groups)


@pytest.mark.parametrize("environment", environment_names())
def test_stores_that_people_and_tasks_look_for_are_named_after_their_environment(
    assembly, environment
):
    names = {
        each["Properties"].get("TableName") or each["Properties"].get("BucketName")
        for _, type, each in stores(assembly, environment)
        if type in ("AWS::DynamoDB::Table", "AWS::S3::Bucket")
    }
    assert all(str(name).startswith(f"strata-{environment}-") for name in names)
