"""A function off the request path: it runs `tasks.<module>.handler`, with its own role and log."""

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from components.handler_code import HandlerCode
from components.log_group import LogGroup


class Task(Construct):
    """Python with the boto3 that Lambda brings; CloudFormation or a schedule calls it."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        module: str,
        code: HandlerCode,
        key: kms.IKey,
        log_retention_days: int,
        timeout: Duration,
    ) -> None:
        super().__init__(scope, id)
        logs = LogGroup(self, "Logs", key=key, retention_days=log_retention_days)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        logs.grant_write(self.role)
        self.function = lambda_.Function(
            self,
            "Function",
            handler=f"tasks.{module}.handler",
            code=code.code,
            runtime=lambda_.Runtime.PYTHON_3_14,
            architecture=lambda_.Architecture.ARM_64,
            role=self.role,
            log_group=logs,
            memory_size=256,
            timeout=timeout,
        )
        # CDK makes a function wait for its whole role; cfn-lint finds half of that redundant.
        resource = self.function.node.default_child
        assert isinstance(resource, lambda_.CfnFunction)
        resource.add_metadata("cfn-lint", {"config": {"ignore_checks": ["W3005"]}})

    def allow(self, *actions: str, on: str, where: dict[str, object] | None = None) -> None:
        """Let the function do this to these resources."""
        self.role.add_to_policy(
            iam.PolicyStatement(actions=list(actions), resources=[on], conditions=where)
        )
