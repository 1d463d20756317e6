"""A loop of calls to a model is stopped by a number, or by the account's last free function."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.iam.types import IDENTITY
from audit.rules.invoking import invoking
from audit.rules.registry import rule
from audit.rules.statements import holders
from audit.values import number


@rule(
    "BR-FUNCTION-CONCURRENCY",
    on="AWS::Lambda::Function",
    severity="low",
    category="cost",
    fix="set ReservedConcurrentExecutions",
)
def callers_of_models_are_capped(function: Resource, around: Environment) -> Iterator[str]:
    """A function that invokes models has a cap on how many run at once."""
    roles = {each.name for each in around.referred(function.at("Role"), function)}
    invokes = any(
        roles.intersection(holders(policy, around)) and any(invoking(policy, around))
        for policy in around.of_type(*IDENTITY)
    )
    if invokes and number(function.at("ReservedConcurrentExecutions")) is None:
        yield "it has no ReservedConcurrentExecutions"
