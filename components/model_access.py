"""Access to models as part of a deployment: one function, and the resource that calls it."""

from collections.abc import Iterable

from aws_cdk import CustomResource, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from components.handler_code import HandlerCode
from components.log_group import LogGroup
from config.access import Access, AnthropicForm
from config.models import Model

# The whole life of a function; the task itself waits for 14 minutes at most.
TIMEOUT = Duration.minutes(15)
INTENDED_USERS = {"internal": "0", "external": "1", "both": "2"}


class ModelAccess(Construct):
    """Files the form and accepts the offers that `tasks.model_access` finds to be missing."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        access: Access,
        models: Iterable[Model],
        code: HandlerCode,
        key: kms.IKey,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, id)
        logs = LogGroup(self, "Logs", key=key, retention_days=log_retention_days)
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        logs.grant_write(role)
        _allow(role)
        function = lambda_.Function(
            self,
            "Function",
            handler="tasks.model_access.handler",
            code=code.code,
            runtime=lambda_.Runtime.PYTHON_3_14,
            architecture=lambda_.Architecture.ARM_64,
            role=role,
            log_group=logs,
            memory_size=256,
            timeout=TIMEOUT,
        )
        # CDK makes a function wait for its whole role; cfn-lint finds half of that redundant.
        resource = function.node.default_child
        assert isinstance(resource, lambda_.CfnFunction)
        resource.add_metadata("cfn-lint", {"config": {"ignore_checks": ["W3005"]}})
        CustomResource(
            self,
            "Models",
            service_token=function.function_arn,
            service_timeout=TIMEOUT,
            properties=_properties(access, tuple(models)),
        )


def _properties(access: Access, models: tuple[Model, ...]) -> dict[str, object]:
    told: dict[str, object] = {"Models": [model.id for model in models]}
    if access.anthropic and any(model.provider == "Anthropic" for model in models):
        told["AnthropicForm"] = _form(access.anthropic)
    return told


def _form(form: AnthropicForm) -> dict[str, str]:
    """The names that the service reads: bedrock-2026 §2.2."""
    return {
        "companyName": form.company_name,
        "companyWebsite": form.company_website,
        "intendedUsers": INTENDED_USERS[form.intended_users],
        "industryOption": form.industry,
        "otherIndustryOption": form.other_industry,
        "useCases": form.use_cases,
    }


def _allow(role: iam.Role) -> None:
    # None of these names a resource: the form and the agreements are the account's, and a
    # Marketplace product's id is not known before its offer is read. tests/stacks/test_iam.py
    # forbids "*" in the stacks that every environment has; this one needs [access].
    role.add_to_policy(
        iam.PolicyStatement(
            actions=[
                "bedrock:CreateFoundationModelAgreement",
                "bedrock:GetFoundationModelAvailability",
                "bedrock:GetUseCaseForModelAccess",
                "bedrock:ListFoundationModelAgreementOffers",
                "bedrock:PutUseCaseForModelAccess",
            ],
            resources=["*"],
        )
    )
    # Bedrock subscribes in the caller's name; AWS's own AmazonBedrockLimitedAccess says it so.
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["aws-marketplace:Subscribe", "aws-marketplace:ViewSubscriptions"],
            resources=["*"],
            conditions={"StringEquals": {"aws:CalledViaLast": "bedrock.amazonaws.com"}},
        )
    )
