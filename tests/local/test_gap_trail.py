"""Gap 1 for CloudTrail: a trail and its selectors are kept as their template declares them."""

import pytest
from botocore.exceptions import WaiterError

DATA = {"Field": "eventCategory", "Equals": ["Data"]}


def guardrails_and(*types: str) -> list[dict]:
    return [
        {
            "Name": type,
            "FieldSelectors": [DATA, {"Field": "resources.type", "Equals": [type]}],
        }
        for type in types
    ]


def trail(bucket: str, *types: str, **more: object) -> dict:
    properties = {
        "TrailName": "kept",
        "S3BucketName": bucket,
        "IsLogging": True,
        "IsMultiRegionTrail": True,
        "EnableLogFileValidation": True,
        "AdvancedEventSelectors": guardrails_and(*types),
        **more,
    }
    return {"Trail": {"Type": "AWS::CloudTrail::Trail", "Properties": properties}}


@pytest.fixture
def bucket(cloud) -> str:
    cloud.client("s3").create_bucket(Bucket="trail-files")
    return "trail-files"


def test_a_trail_follows_its_template_and_goes_with_it(cloud, bucket):
    asked = cloud.client("cloudtrail")
    arn = {"Fn::GetAtt": ["Trail", "Arn"]}
    made = cloud.deploy("trail", trail(bucket, "AWS::Bedrock::Guardrail"), Arn=arn)
    assert made["Arn"] == "arn:aws:cloudtrail:us-east-1:000000000000:trail/kept"
    kept = asked.get_trail(Name="kept")["Trail"]
    assert (kept["LogFileValidationEnabled"], kept["IsMultiRegionTrail"]) == (True, True)
    assert asked.get_trail_status(Name="kept")["IsLogging"] is True

    types = ("AWS::Bedrock::Guardrail", "AWS::Bedrock::KnowledgeBase")
    cloud.deploy("trail", trail(bucket, *types, IsLogging=False), Arn=arn)
    selectors = asked.get_event_selectors(TrailName="kept")["AdvancedEventSelectors"]
    assert [each["Name"] for each in selectors] == list(types)
    assert asked.get_trail_status(Name="kept")["IsLogging"] is False

    cloudformation = cloud.client("cloudformation")
    cloudformation.delete_stack(StackName="trail")
    waiter = cloudformation.get_waiter("stack_delete_complete")
    waiter.wait(StackName="trail", WaiterConfig={"Delay": 0.2})
    assert asked.describe_trails(trailNameList=["kept"])["trailList"] == []


def test_a_trail_into_no_bucket_fails_the_stack(cloud):
    with pytest.raises(WaiterError, match="ROLLBACK_COMPLETE"):
        cloud.deploy("lost-trail", trail("no-such-bucket", "AWS::Bedrock::Guardrail"))
