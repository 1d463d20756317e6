"""A log group that survives, encrypted with our key; CDK names retentions, environments count."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct


class LogGroup(logs.LogGroup):
    """Retention is in days, one of those that CloudWatch Logs offers (`edge.Api`)."""

    def __init__(self, scope: Construct, id: str, *, key: kms.IKey, retention_days: int) -> None:
        super().__init__(scope, id, encryption_key=key, removal_policy=RemovalPolicy.RETAIN)
        resource = self.node.default_child
        assert isinstance(resource, logs.CfnLogGroup)
        resource.retention_in_days = retention_days
