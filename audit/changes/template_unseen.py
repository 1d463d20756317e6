"""Stacks whose templates lie elsewhere."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change

STACKS = ("AWS::CloudFormation::Stack", "AWS::CloudFormation::StackSet")


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
