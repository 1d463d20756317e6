"""CloudTrail's record of who applied a guardrail, searched a knowledge base, or changed anything.

Event selectors: bedrock-2026 §9. The bucket and the role let CloudTrail do what its guide asks.
"""

from aws_cdk import Stack
from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from components.bucket import Bucket
from components.log_group import LogGroup
from components.log_writer import log_writer
from config.records import Trail as Declared

Resource = cloudtrail.CfnTrail
# What is recorded beyond management events; each event is paid for.
DATA = {
    "Guardrails applied": "AWS::Bedrock::Guardrail",
    "Knowledge bases searched": "AWS::Bedrock::KnowledgeBase",
}


class Trail(Construct):
    """One trail for all regions, whose files CloudTrail signs, encrypts and may not delete."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        declared: Declared,
        name: str,
        bucket: Bucket,
        key: kms.IKey,
    ) -> None:
        super().__init__(scope, id)
        stack = Stack.of(self)
        arn = f"arn:{stack.partition}:cloudtrail:{stack.region}:{stack.account}:trail/{name}"
        _let_cloudtrail_write(bucket, arn)
        group = LogGroup(
            self, "Log", key=key, retention_days=declared.log_retention_days, name=name
        )
        streams = f"{stack.account}_CloudTrail_{stack.region}*"
        writer = log_writer(
            self, "Writer", service=_cloudtrail_for(arn), group=name, streams=streams
        )
        trail = Resource(
            self,
            "Trail",
            trail_name=name,
            is_logging=True,
            s3_bucket_name=bucket.bucket_name,
            kms_key_id=key.key_arn,
            enable_log_file_validation=True,
            is_multi_region_trail=True,
            include_global_service_events=True,
            advanced_event_selectors=_selectors(declared),
            cloud_watch_logs_log_group_arn=group.log_group_arn,
            cloud_watch_logs_role_arn=writer.role_arn,
        )
        # CloudTrail tries both destinations before it makes the trail.
        trail.node.add_dependency(writer, bucket)


def _selectors(declared: Declared) -> list[Resource.AdvancedEventSelectorProperty]:
    data = [
        _selector(name, eventCategory="Data", **{"resources.type": type})
        for name, type in DATA.items()
    ]
    changes = [_selector("Management events", eventCategory="Management")]
    return [*(changes if declared.management_events else []), *data]


def _selector(name: str, **fields: str) -> Resource.AdvancedEventSelectorProperty:
    wanted = [
        Resource.AdvancedFieldSelectorProperty(field=field, equal_to=[value])
        for field, value in fields.items()
    ]
    return Resource.AdvancedEventSelectorProperty(name=name, field_selectors=wanted)


def _cloudtrail_for(trail: str) -> iam.IPrincipal:
    service = iam.ServicePrincipal("cloudtrail.amazonaws.com")
    return service.with_conditions({"StringEquals": {"aws:SourceArn": trail}})


def _let_cloudtrail_write(bucket: Bucket, trail: str) -> None:
    files = bucket.arn_for_objects(f"AWSLogs/{Stack.of(bucket).account}/*")
    as_owners = {"s3:x-amz-acl": "bucket-owner-full-control"}
    rights: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("s3:GetBucketAcl", bucket.bucket_arn, {}),
        ("s3:PutObject", files, as_owners),
    )
    for action, resource, more in rights:
        bucket.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudtrail.amazonaws.com")],
                actions=[action],
                resources=[resource],
                conditions={"StringEquals": {"aws:SourceArn": trail, **more}},
            )
        )
