"""What calls a model: whatever names one where a program runs, or may invoke one."""

from collections.abc import Sequence
from functools import lru_cache

from audit.iam.classes import matches
from audit.iam.holders import holders
from audit.iam.statement import Statement
from audit.mentions import INVOKES, named
from audit.view import VIEWS, Resource, View

PROGRAMS = (
    "AWS::Lambda::Function",
    "AWS::Serverless::Function",
    "AWS::ECS::TaskDefinition",
    "AWS::Batch::JobDefinition",
    "AWS::AppRunner::Service",
    "AWS::EC2::Instance",
    "AWS::Bedrock::Agent",
    "AWS::Bedrock::Flow",
    "AWS::BedrockAgentCore::Runtime",
    "AWS::StepFunctions::StateMachine",
)
ROLES = ("Role", "TaskRoleArn", "RoleArn", "AgentResourceRoleArn", "ExecutionRoleArn")
GATEWAYS = ("AWS::ApiGateway::", "AWS::ApiGatewayV2::")


@lru_cache(maxsize=VIEWS)
def callers(view: View) -> Sequence[Resource]:
    """The programs of an environment that call a model."""
    roles = _invoking_roles(view) if view.by_type.keys() & set(PROGRAMS) else set()
    return [each for each in view.of(*PROGRAMS) if named(each) or _roles(each, view) & roles]


def concerns(category: str, resource: Resource, *views: View) -> str:
    """The category of a limit on calls: it holds back models where any is called, and money where
    none is."""
    of_calls = category == "models" and resource.type.startswith(GATEWAYS)
    return "cost" if of_calls and not any(map(callers, views)) else category


def _roles(program: Resource, view: View) -> set[str]:
    return {role.name for each in ROLES if (role := view.referred(program.get(each)))}


def _invoking_roles(view: View) -> set[str]:
    return {
        name
        for name, holder in holders(view).items()
        if any(each.allows and _may_invoke(each) for each in holder.statements)
    }


def _may_invoke(statement: Statement) -> bool:
    """Said of Bedrock: who may do everything is not thereby said to call models."""
    said = (each for each in statement.actions.all if each.startswith("bedrock"))
    return not statement.actions.inverted and any(matches(each, INVOKES) for each in said)
