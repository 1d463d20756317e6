"""A function off the request path: it runs `tasks.<module>.handler`, with its own role and log."""

from collections.abc import Mapping

from aws_cdk import CfnResource, CustomResource, Duration
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
        at_once: int = 1,
    ) -> None:
        super().__init__(scope, id)
        self._timeout = timeout
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
            environment_encryption=key,
            # Most change what the account has one of.
            reserved_concurrent_executions=at_once,
        )

    def make(self, scope: Construct, id: str, properties: Mapping[str, object]) -> CustomResource:
        """What the function makes for CloudFormation, which waits no longer than it can run."""
        made = CustomResource(
            scope, id, service_token=self.function.function_arn, properties=properties
        )
        # CDK's own `service_timeout` comes out as text, where a number should be.
        resource = made.node.default_child
        assert isinstance(resource, CfnResource)
        resource.add_property_override("ServiceTimeout", self._timeout.to_seconds())
        return made

    def allow(self, *actions: str, on: str, where: dict[str, object] | None = None) -> None:
        """Let the function do this to these resources."""
        self.role.add_to_policy(
            iam.PolicyStatement(actions=list(actions), resources=[on], conditions=where)
        )
