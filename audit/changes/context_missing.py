"""Values that CDK looks up in the account, and that stood in for by dummies when it was audited."""

from collections.abc import Iterator

from audit.change import Comparison, Hazard, on_environment


@on_environment(
    "context-missing",
    category="access",
    fix="synthesize with credentials once, and commit cdk.context.json",
)
def nothing_is_looked_up_later(compared: Comparison) -> Iterator[Hazard]:
    """What is deployed is what was audited: no value is looked up in between."""
    known = {key for each in compared.base.templates.values() for key in each.looked_up}
    for name, stack in compared.head.templates.items():
        if stack.looked_up:
            new = [each for each in stack.looked_up if each not in known]
            why = "a dummy stands for what the account will say, so the deployment is another one"
            yield Hazard(
                "medium" if new else "low", None, new or [*stack.looked_up], why, subject=name
            )
