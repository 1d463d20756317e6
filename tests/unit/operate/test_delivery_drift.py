"""What drifted, and what could not be checked; with the shapes of CloudFormation's own model."""

from datetime import UTC, datetime

import boto3
import pytest
from botocore.stub import Stubber

from config.load import load_environment
from operate.delivery.drift import drift
from operate.errors import OperateError

DEV = load_environment("dev")
ROLE, TASK, BUCKET = "AWS::IAM::Role", "Custom::Task", "AWS::S3::Bucket"
TIME = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def cloudformation():
    keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
    client = boto3.client("cloudformation", region_name="us-east-1", **keys)
    with Stubber(client) as stub:
        yield client, stub
        stub.assert_no_pending_responses()


def stacks(stub: Stubber, *names: str) -> None:
    found = [
        {"StackName": name, "CreationTime": TIME, "StackStatus": "CREATE_COMPLETE"}
        for name in names
    ]
    stub.add_response("describe_stacks", {"Stacks": found}, {})


def detection(stub: Stubber, status: str, **more: str) -> None:
    told = {"StackId": "s", "StackDriftDetectionId": "d", "DetectionStatus": status}
    stub.add_response(
        "describe_stack_drift_detection_status",
        {**told, "Timestamp": TIME, **more},
        {"StackDriftDetectionId": "d"},
    )


def resources(stub: Stubber, drifts: dict[str, str], types: dict[str, str]) -> None:
    told = [
        {
            "StackId": "s",
            "LogicalResourceId": id,
            "ResourceType": types[id],
            "StackResourceDriftStatus": status,
            "Timestamp": TIME,
        }
        for id, status in drifts.items()
    ]
    pages = [{"StackResourceDrifts": told, "NextToken": "2"}, {"StackResourceDrifts": []}]
    for page, token in zip(pages, ({}, {"NextToken": "2"}), strict=True):
        stub.add_response(
            "describe_stack_resource_drifts", page, {"StackName": "dev-Gateway", **token}
        )
    listed = [
        {
            "LogicalResourceId": id,
            "ResourceType": type,
            "LastUpdatedTimestamp": TIME,
            "ResourceStatus": "CREATE_COMPLETE",
        }
        for id, type in types.items()
    ]
    stub.add_response(
        "list_stack_resources", {"StackResourceSummaries": listed}, {"StackName": "dev-Gateway"}
    )


def found(cloudformation, drifts: dict[str, str], types: dict[str, str]) -> list[tuple[str, str]]:
    client, stub = cloudformation
    stacks(stub, "dev-Gateway", "other-Gateway", "dev-eu-Gateway")
    stub.add_response(
        "detect_stack_drift", {"StackDriftDetectionId": "d"}, {"StackName": "dev-Gateway"}
    )
    detection(stub, "DETECTION_IN_PROGRESS")
    detection(stub, "DETECTION_COMPLETE")
    resources(stub, drifts, types)
    told = drift(DEV, lambda service, region: client, lambda seconds: None)
    return [(each.resource, each.status) for each in told]


def test_nothing_drifted(cloudformation):
    assert found(cloudformation, {"Role": "IN_SYNC"}, {"Role": ROLE, "Task": TASK}) == []


@pytest.mark.parametrize("status", ["MODIFIED", "DELETED", "UNKNOWN"])
def test_what_is_not_as_declared_is_told(cloudformation, status):
    assert found(cloudformation, {"Role": status}, {"Role": ROLE}) == [("Role", status)]


def test_what_was_not_checked_is_told_unless_it_never_can_be(cloudformation):
    types = {"Role": ROLE, "Files": BUCKET, "Task": TASK}
    assert found(cloudformation, {"Role": "IN_SYNC"}, types) == [("Files", "NOT_CHECKED")]


def test_a_custom_resource_that_is_checked_and_changed_is_not_excused(cloudformation):
    assert found(cloudformation, {"Task": "MODIFIED"}, {"Task": TASK}) == [("Task", "MODIFIED")]


def test_a_detection_that_fails_is_an_error(cloudformation):
    client, stub = cloudformation
    stacks(stub, "dev-Gateway")
    stub.add_response("detect_stack_drift", {"StackDriftDetectionId": "d"})
    detection(stub, "DETECTION_FAILED", DetectionStatusReason="no permission")
    with pytest.raises(OperateError, match="not detected whole: no permission"):
        drift(DEV, lambda service, region: client, lambda seconds: None)


def test_an_environment_that_is_not_deployed_is_an_error(cloudformation):
    client, stub = cloudformation
    stacks(stub, "other-Gateway")
    with pytest.raises(OperateError, match="no stack of dev is deployed"):
        drift(DEV, lambda service, region: client, lambda seconds: None)
