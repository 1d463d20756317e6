"""What a macro adds exists only at deployment, after every review."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.rules.registry import WHOLE, rule


@rule(
    "BR-TEMPLATE-MACROS",
    on=WHOLE,
    severity="medium",
    category="suppressions",
    fix="expand the template first, and judge what comes out",
)
def nothing_is_added_after_review(_: Resource, around: Environment) -> Iterator[str]:
    """A template is judged with its macros expanded."""
    for macro in around.macros:
        yield f"{macro} may add or change resources unseen"
