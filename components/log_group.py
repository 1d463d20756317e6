"""A log group that survives, encrypted with our key; CDK names retentions, environments count."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct


class LogGroup(logs.LogGroup):
    """Retention is in days, one of those that CloudWatch Logs offers (`edge.Api`).

    A name is for a group that others must name before it is there.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        key: kms.IKey,
        retention_days: int,
        name: str | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            encryption_key=key,
            removal_policy=RemovalPolicy.RETAIN,
            log_group_name=name,
        )
        resource = self.node.default_child
        assert isinstance(resource, logs.CfnLogGroup)
        resource.retention_in_days = retention_days
