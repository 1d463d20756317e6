"""Values that CDK looks up in the account, and that stood in for by dummies when it was audited."""

from collections.abc import Iterator

from audit.change import Comparison, Hazard, on_environment
from audit.unseen import unseen


@on_environment(
    "context-missing",
    category="access",
    fix="synthesize with credentials once, and commit cdk.context.json",
)
def nothing_is_looked_up_later(compared: Comparison) -> Iterator[Hazard]:
    """What is deployed is what was audited: no value is looked up in between."""
    why = "a dummy stands for what the account will say, so the deployment is another one"
    yield from unseen(compared, lambda template: template.looked_up, "medium", why)
