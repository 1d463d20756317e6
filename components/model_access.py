"""Access to models as part of a deployment: one function, and the resource that calls it."""

from collections.abc import Iterable

from aws_cdk import Duration
from aws_cdk import aws_kms as kms
from constructs import Construct

from components.handler_code import HandlerCode
from components.task import Task
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
        task = Task(
            self,
            "Task",
            module="model_access",
            code=code,
            key=key,
            log_retention_days=log_retention_days,
            timeout=TIMEOUT,
        )
        _allow(task)
        task.make(self, "Models", _properties(access, tuple(models)))


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


def _allow(task: Task) -> None:
    # None of these names a resource: the form and the agreements are the account's, and a
    # Marketplace product's id is not known before its offer is read. tests/stacks/test_iam.py
    # forbids "*" in the stacks that every environment has; this one needs [access].
    task.allow(
        "bedrock:CreateFoundationModelAgreement",
        "bedrock:GetFoundationModelAvailability",
        "bedrock:GetUseCaseForModelAccess",
        "bedrock:ListFoundationModelAgreementOffers",
        "bedrock:PutUseCaseForModelAccess",
        on="*",
    )
    # Bedrock subscribes in the caller's name; AWS's own AmazonBedrockLimitedAccess says it so.
    task.allow(
        "aws-marketplace:Subscribe",
        "aws-marketplace:ViewSubscriptions",
        on="*",
        where={"StringEquals": {"aws:CalledViaLast": "bedrock.amazonaws.com"}},
    )
