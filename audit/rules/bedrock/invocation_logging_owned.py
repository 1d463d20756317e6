"""Who asked which model is the first question after an incident; two owners overwrite it."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.iam.types import IDENTITY
from audit.rules.invoking import invokes_anything
from audit.rules.registry import WHOLE, rule
from audit.rules.statements import holders, written_in

ACTION = "bedrock:PutModelInvocationLoggingConfiguration"


@rule(
    "BR-INVOCATION-LOGGING-OWNED",
    on=WHOLE,
    severity="high",
    category="observability",
    fix="let one function set the invocation logging of the account and region, and no other",
)
def invocation_logging_has_one_owner(_: Resource, around: Environment) -> Iterator[str]:
    """Invocation logging is set by exactly one owner."""
    owners = {
        name
        for policy in around.of_type(*IDENTITY)
        if any(each.is_allow and each.may(ACTION) for each in written_in(policy))
        for name in holders(policy, around)
    }
    if len(owners) > 1:
        yield f"{', '.join(sorted(owners))} may all set it"
    if not owners and invokes_anything(around):
        yield f"models are invoked, and nobody has {ACTION}"
