"""What Lambda does to put a function inside a network, and what the function itself may not do."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

# https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
INTERFACES = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)


class NetworkInterfaces(iam.ManagedPolicy):
    """Lambda makes interfaces in a role's name, and asks for the right to do so on all of them.

    Credentials that code uses carry the function's ARN; those that Lambda uses do not.
    """

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id, description="Interfaces of functions, for Lambda and no code")
        stack = Stack.of(self)
        functions = f"arn:{stack.partition}:lambda:{stack.region}:{stack.account}:function:*"
        self.add_statements(
            iam.PolicyStatement(actions=list(INTERFACES), resources=["*"]),
            iam.PolicyStatement(
                effect=iam.Effect.DENY,
                actions=list(INTERFACES),
                resources=["*"],
                conditions={"ArnLike": {"lambda:SourceFunctionArn": functions}},
            ),
        )
