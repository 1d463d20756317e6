"""An Allow added tomorrow, by anyone, would undo a condition; only a Deny cannot be undone."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.iam.types import IDENTITY
from audit.rules.invoking import ACTIONS, GUARDRAIL, generating, targets
from audit.rules.registry import rule
from audit.rules.statements import Statement, held_by, holders

NEGATED = ("stringnotequals", "stringnotlike", "arnnotequals", "arnnotlike")


@rule(
    "BR-INVOKE-UNGUARDED-DENIED",
    on=IDENTITY,
    severity="high",
    category="guardrails",
    fix="deny both Invoke actions there under StringNotLike on bedrock:GuardrailIdentifier",
)
def invoking_without_a_guardrail_is_denied(policy: Resource, around: Environment) -> Iterator[str]:
    """Who may invoke a model that writes is denied it without a guardrail."""
    needed = {arn for each in generating(policy, around) for arn in targets(each, around) or ["*"]}
    for holder in holders(policy, around) if needed else ():
        denials = [each for each in held_by(holder, around) if _denies_unguarded(each)]
        left = [arn for arn in sorted(needed) if not _is_denied(arn, denials)]
        if left:
            yield f"{holder} is not denied {', '.join(left)} without one"


def _denies_unguarded(statement: Statement) -> bool:
    """A negated condition is true of a request that lacks the key."""
    if not statement.is_deny or len(statement.conditions) != 1:
        return False
    ((operator, key, values),) = statement.conditions
    absent = operator == "null" and [each.lower() for each in values] == ["true"]
    return key == GUARDRAIL and (absent or operator.removesuffix("ifexists") in NEGATED)


def _is_denied(arn: str, denials: list[Statement]) -> bool:
    return all(any(each.may(act) and each.reaches(arn) for each in denials) for act in ACTIONS)
