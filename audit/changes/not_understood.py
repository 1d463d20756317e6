"""Resources of which nothing can be said."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.replacement import is_known

CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")
HARMLESS = ("AWS::CDK::Metadata",)
STACKS = ("AWS::CloudFormation::Stack", "AWS::CloudFormation::StackSet")


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


@on_change(
    "template-unseen",
    category="access",
    on=STACKS,
    fix="keep the template in the assembly, as CDK's NestedStack does, or read it by hand",
)
def templates_are_seen(change: Change) -> Iterator[Hazard]:
    """Every template that a stack newly deploys is part of what is judged."""
    was, now = change.was("TemplateURL"), change.now("TemplateURL")
    if now and now != was and change.resource.name not in change.head.templates:
        yield Hazard("medium", was, now, "its resources come from a template that was not judged")
