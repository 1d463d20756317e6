"""What whoever invokes models must be denied, without a condition."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.rules.invoking import invoking
from audit.rules.statements import held_by, holders


def not_denied(action: str, policy: Resource, around: Environment) -> Iterator[str]:
    """Each holder of a policy that invokes models and may also do this."""
    for holder in holders(policy, around) if any(invoking(policy, around)) else ():
        if not any(
            each.is_deny and each.may(action) and "*" in each.resources and not each.conditions
            for each in held_by(holder, around)
        ):
            yield f"{holder} is not denied {action}"
