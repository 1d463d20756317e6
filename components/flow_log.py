"""What a VPC's addresses said to each other, accepted or refused; never what was in it."""

from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from components.log_group import LogGroup


class FlowLog(Construct):
    """All traffic of one VPC, in a log group under our key."""

    def __init__(
        self, scope: Construct, id: str, *, vpc_id: str, key: kms.IKey, retention_days: int
    ) -> None:
        super().__init__(scope, id)
        group = LogGroup(self, "Group", key=key, retention_days=retention_days)
        role = iam.Role(self, "Writer", assumed_by=_flow_logs_of(Stack.of(self)))
        # https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
        granted = role.add_to_principal_policy(
            iam.PolicyStatement(
                actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                resources=[group.log_group_arn],
            )
        )
        log = ec2.CfnFlowLog(
            self,
            "Log",
            resource_id=vpc_id,
            resource_type="VPC",
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_group_name=group.log_group_name,
            deliver_logs_permission_arn=role.role_arn,
        )
        assert granted.policy_dependable
        log.node.add_dependency(granted.policy_dependable)


def _flow_logs_of(stack: Stack) -> iam.PrincipalBase:
    """The service, for this account alone."""
    own = f"arn:{stack.partition}:ec2:{stack.region}:{stack.account}:vpc-flow-log/*"
    return iam.ServicePrincipal(
        "vpc-flow-logs.amazonaws.com",
        conditions={
            "StringEquals": {"aws:SourceAccount": stack.account},
            "ArnLike": {"aws:SourceArn": own},
        },
    )
