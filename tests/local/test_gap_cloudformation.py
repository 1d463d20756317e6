"""Gap 1: the Bedrock and S3 Vectors types of CloudFormation."""

import json
from typing import Any

VERSION = {"Fn::GetAtt": ["Version", "Version"]}
ID = {"Fn::GetAtt": ["Guardrail", "GuardrailId"]}


def guardrail(name: str, word: str, **policies: Any) -> dict[str, Any]:
    properties = {
        "Name": name,
        "BlockedInputMessaging": "not in",
        "BlockedOutputsMessaging": "not out",
        "WordPolicyConfig": {"WordsConfig": [{"Text": word}]},
        **policies,
    }
    return {"Type": "AWS::Bedrock::Guardrail", "Properties": properties}


def version(description: str) -> dict[str, Any]:
    return {
        "Type": "AWS::Bedrock::GuardrailVersion",
        "DeletionPolicy": "Retain",
        "Properties": {"GuardrailIdentifier": ID, "Description": description},
    }


def index(dimension: int) -> dict[str, Any]:
    return {
        "Type": "AWS::S3Vectors::Index",
        "Properties": {
            "VectorBucketArn": {"Fn::GetAtt": ["Bucket", "VectorBucketArn"]},
            "DataType": "float32",
            "Dimension": dimension,
            "DistanceMetric": "cosine",
        },
    }


def words(cloud: Any, identifier: str, of_version: str) -> list[str]:
    read = cloud.client("bedrock").get_guardrail(
        guardrailIdentifier=identifier, guardrailVersion=of_version
    )
    return [word["text"] for word in read["wordPolicy"]["words"]]


def test_an_edited_guardrail_keeps_its_id(cloud):
    before = cloud.deploy("edited", {"Guardrail": guardrail("edited", "durian")}, Id=ID)
    after = cloud.deploy("edited", {"Guardrail": guardrail("edited", "kumquat")}, Id=ID)
    assert after == before
    assert words(cloud, after["Id"], "DRAFT") == ["kumquat"]


def test_a_policy_taken_out_of_the_template_is_taken_off_the_guardrail(cloud):
    topic = {"Name": "Tax", "Definition": "Advice on taxes.", "Type": "DENY"}
    topics = {"TopicPolicyConfig": {"TopicsConfig": [topic]}}
    cloud.deploy("fewer", {"Guardrail": guardrail("fewer", "durian", **topics)})
    made = cloud.deploy("fewer", {"Guardrail": guardrail("fewer", "durian")}, Id=ID)
    read = cloud.client("bedrock").get_guardrail(guardrailIdentifier=made["Id"])
    assert "topicPolicy" not in read


def test_a_guardrail_version_keeps_what_it_was_cut_from(cloud):
    first = {"Guardrail": guardrail("cut", "durian"), "Version": version("one")}
    made = cloud.deploy("cut", first, Id=ID, Version=VERSION)
    cloud.deploy("cut", {**first, "Guardrail": guardrail("cut", "kumquat")})
    assert words(cloud, made["Id"], made["Version"]) == ["durian"]


def test_a_new_description_cuts_a_new_version_and_the_retained_one_stays(cloud):
    own = {"Guardrail": guardrail("recut", "durian")}
    versions = [
        cloud.deploy("recut", {**own, f"V{number}": version(str(number))}, Id=ID)
        for number in (1, 2)
    ]
    assert words(cloud, versions[0]["Id"], "1") == words(cloud, versions[0]["Id"], "2")


def test_ref_of_a_guardrail_version_is_both_of_its_identifiers(cloud):
    resources = {"Guardrail": guardrail("ref", "durian"), "Version": version("one")}
    made = cloud.deploy("ref", resources, Ref={"Ref": "Version"}, Id=ID)
    assert made["Ref"] == f"{made['Id']}|1"


def test_another_dimension_replaces_the_index(cloud):
    bucket = {"Bucket": {"Type": "AWS::S3Vectors::VectorBucket"}}
    ref = {"Ref": "Index"}
    before = cloud.deploy("vectors", {**bucket, "Index": index(256)}, Arn=ref)["Arn"]
    after = cloud.deploy("vectors", {**bucket, "Index": index(512)}, Arn=ref)["Arn"]
    client = cloud.client("s3vectors")
    listed = client.list_indexes(vectorBucketName=after.split("/")[1])["indexes"]
    assert after != before
    assert [one["indexArn"] for one in listed] == [after]


def test_a_deleted_stack_leaves_no_guardrail(cloud):
    made = cloud.deploy("gone", {"Guardrail": guardrail("gone", "durian")}, Id=ID)
    cloudformation = cloud.client("cloudformation")
    cloudformation.delete_stack(StackName="gone")
    waiter = cloudformation.get_waiter("stack_delete_complete")
    waiter.wait(StackName="gone", WaiterConfig={"Delay": 0.2})
    left = cloud.client("bedrock").list_guardrails()["guardrails"]
    assert made["Id"] not in [one["id"] for one in left]


def test_a_locked_bucket_of_a_template_is_locked(cloud):
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"ObjectLockEnabled": True}}
    made = cloud.deploy("locked", {"Bucket": bucket}, Name={"Ref": "Bucket"})
    lock = cloud.client("s3").get_object_lock_configuration(Bucket=made["Name"])
    assert lock["ObjectLockConfiguration"]["ObjectLockEnabled"] == "Enabled"


def test_a_new_stack_imports_the_bucket_that_an_old_one_left(cloud):
    bucket = {
        "Type": "AWS::S3::Bucket",
        "DeletionPolicy": "Retain",
        "Properties": {"BucketName": "left-behind"},
    }
    cloud.client("s3").create_bucket(Bucket="left-behind")
    cloud.client("s3").put_object(Bucket="left-behind", Key="kept", Body=b"kept")
    cloudformation = cloud.client("cloudformation")
    named = {"StackName": "heir", "ChangeSetName": "import"}
    cloudformation.create_change_set(
        **named,
        ChangeSetType="CREATE",
        TemplateBody=json.dumps({"Resources": {"Bucket": bucket}}),
        ImportExistingResources=True,
    )
    cloudformation.get_waiter("change_set_create_complete").wait(
        **named, WaiterConfig={"Delay": 0.2}
    )
    cloudformation.execute_change_set(**named)
    waiter = cloudformation.get_waiter("stack_create_complete")
    waiter.wait(StackName="heir", WaiterConfig={"Delay": 0.2})
    assert cloud.client("s3").get_object(Bucket="left-behind", Key="kept")["Body"].read() == b"kept"
