"""Bedrock's invocation log as part of a deployment: where it is kept, who writes, what turns it on.

CloudFormation has no type for it, so a function of ours asks Bedrock (bedrock-2026 §9).
"""

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from components.bedrock_principal import acting_for, bedrock_for
from components.bucket import Bucket
from components.encryption_key import grant_use
from components.handler_code import HandlerCode
from components.log_group import LogGroup
from components.log_writer import log_writer
from components.task import Task
from config.records import InvocationLogging as Declared

PREFIX = "invocations"
# What was there before ours: beside the log and not under its prefix, whose objects expire.
SAVED = "previous-configuration.json"
STREAM = "aws/bedrock/modelinvocations"
TIMEOUT = Duration.minutes(5)


class InvocationLogging(Construct):
    """Turns it on, and gives back what was there before when it is deleted."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        declared: Declared,
        log_group: str,
        bucket: Bucket,
        code: HandlerCode,
        key: kms.IKey,
    ) -> None:
        super().__init__(scope, id)
        retention_days = declared.log_retention_days
        group = LogGroup(self, "Log", key=key, retention_days=retention_days, name=log_group)
        bedrock = bedrock_for(Stack.of(self), "*")
        role = log_writer(self, "Writer", service=bedrock, group=log_group, streams=STREAM)
        _let_bedrock_write(bucket)
        task = Task(
            self,
            "Task",
            module="invocation_logging",
            code=code,
            key=key,
            log_retention_days=retention_days,
            timeout=TIMEOUT,
        )
        _allow(task, role, bucket, key)
        resource = task.make(
            self,
            "Configuration",
            {
                "LogGroup": group.log_group_name,
                "Role": role.role_arn,
                "Bucket": bucket.bucket_name,
                "Prefix": PREFIX,
                "Saved": SAVED,
                "Deliver": list(declared.deliver),
            },
        )
        # Bedrock tries both destinations before it takes the configuration.
        resource.node.add_dependency(role, bucket)


def _let_bedrock_write(bucket: Bucket) -> None:
    stack = Stack.of(bucket)
    objects = f"{PREFIX}/AWSLogs/{stack.account}/BedrockModelInvocationLogs/*"
    bucket.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal("bedrock.amazonaws.com")],
            actions=["s3:PutObject"],
            resources=[bucket.arn_for_objects(objects)],
            conditions=acting_for(stack, "*"),
        )
    )


def _allow(task: Task, writer: iam.Role, bucket: Bucket, key: kms.IKey) -> None:
    # The configuration is the account's: none of these names a resource.
    verbs = ("Get", "Put", "Delete")
    actions = [f"bedrock:{verb}ModelInvocationLoggingConfiguration" for verb in verbs]
    task.allow(*actions, on="*")
    # To give back what was there takes passing its role, whose name nobody knows at synth.
    stack = Stack.of(task)
    to_bedrock: dict[str, object] = {
        "StringEquals": {"iam:PassedToService": "bedrock.amazonaws.com"}
    }
    roles = f"arn:{stack.partition}:iam::{stack.account}:role/*"
    task.allow("iam:PassRole", on=roles, where=to_bedrock)
    task.allow("s3:GetObject", "s3:PutObject", on=bucket.arn_for_objects(SAVED))
    grant_use(key, task.role)
