"""Resources of which nothing can be said."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.replacement import is_known

CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")
HARMLESS = ("AWS::CDK::Metadata",)


@on_change(
    "not-understood",
    category="access",
    fix="read it by hand; a type newer than the audit's data comes with `python -m audit.refresh`",
)
def types_are_known(change: Change) -> Iterator[Hazard]:
    """Every changed resource is of a type that the audit has facts about."""
    type = change.resource.type
    if is_known(type) or type in HARMLESS:
        return
    before = change.before.properties if change.before else None
    after = change.after.properties if change.after else None
    if type.startswith(CUSTOM):
        yield Hazard(
            "low", before, after, f"what a {type} does is in its own code, which was not judged"
        )
    else:
        yield Hazard("medium", before, after, f"{type} is not a type that the audit knows")
