"""A release that a tenth of the requests try first: CodeDeploy moves an alias on, or back."""

from collections.abc import Sequence

from aws_cdk import CfnCodeDeployLambdaAliasUpdate, CfnUpdatePolicy, Stack
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from components.alarm import Alarm
from components.handler import Handler

Group = codedeploy.CfnDeploymentGroup
# Ten minutes are what the alarms need to be sure: they look at three of them.
TENTH_FIRST = "CodeDeployDefault.LambdaCanary10Percent10Minutes"
ROLL_BACK_ON = ("DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST")


class Canary(Construct):
    """How each handler's alias moves to a new version while none of the alarms is up.

    AWS's own managed policy allows more than these handlers, so the role has one of its own.
    """

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        self._application = codedeploy.CfnApplication(
            self, "Application", compute_platform="Lambda"
        )
        self._role = iam.Role(
            self, "Role", assumed_by=iam.ServicePrincipal("codedeploy.amazonaws.com")
        )
        self._policy = iam.Policy(self, "Policy", roles=[self._role])
        stack = Stack.of(self)
        self._allow(
            ["cloudwatch:DescribeAlarms"],
            f"arn:{stack.partition}:cloudwatch:{stack.region}:{stack.account}:alarm:*",
        )

    def release(self, handler: Handler, *, alarms: Sequence[Alarm]) -> None:
        """From now on the handler's alias moves so, and back when one of the alarms is up."""
        self._allow(
            ["lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig", "lambda:UpdateAlias"],
            *handler.function.resource_arns_for_grant_invoke,
        )
        group = self._group(handler.node.id, alarms)
        resource = handler.live.node.default_child
        assert isinstance(resource, lambda_.CfnAlias)
        resource.cfn_options.update_policy = CfnUpdatePolicy(
            code_deploy_lambda_alias_update=CfnCodeDeployLambdaAliasUpdate(
                application_name=self._application.ref, deployment_group_name=group.ref
            )
        )

    def _group(self, id: str, alarms: Sequence[Alarm]) -> Group:
        group = Group(
            self,
            id,
            application_name=self._application.ref,
            service_role_arn=self._role.role_arn,
            deployment_config_name=TENTH_FIRST,
            deployment_style=Group.DeploymentStyleProperty(
                deployment_type="BLUE_GREEN", deployment_option="WITH_TRAFFIC_CONTROL"
            ),
            alarm_configuration=Group.AlarmConfigurationProperty(
                enabled=True, alarms=[Group.AlarmProperty(name=alarm.ref) for alarm in alarms]
            ),
            auto_rollback_configuration=Group.AutoRollbackConfigurationProperty(
                enabled=True, events=list(ROLL_BACK_ON)
            ),
        )
        group.node.add_dependency(self._policy)  # CodeDeploy tries its role at once
        return group

    def _allow(self, actions: list[str], *resources: str) -> None:
        statement = iam.PolicyStatement(actions=actions, resources=list(resources))
        self._policy.add_statements(statement)
