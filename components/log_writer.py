"""A role with which a service of AWS's writes into one log group, and into nothing else."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct


def log_writer(
    scope: Construct, id: str, *, service: iam.IPrincipal, group: str, streams: str
) -> iam.Role:
    """By the group's name: the service tries the role before the group can be asked for its ARN."""
    stack = Stack.of(scope)
    role = iam.Role(scope, id, assumed_by=service)
    groups = f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group"
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[f"{groups}:{group}:log-stream:{streams}"],
        )
    )
    return role
