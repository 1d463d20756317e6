"""Who is in a group, and so may do what the group may."""

from collections.abc import Callable, Iterator, Mapping

from audit.change import Change, Comparison, Hazard, on_environment
from audit.iam.gravity import gravest
from audit.iam.holders import Holder, holders
from audit.iam.inclusion import broadenings
from audit.template import Json

MEMBERS = "AWS::IAM::UserToGroupAddition"
USER = "AWS::IAM::User"


@on_environment(
    "group-joined", category="access", fix="give access through roles, which end by themselves"
)
def groups_do_not_grow(compared: Comparison) -> Iterator[Hazard]:
    """Nobody newly joins a group."""
    allowed = holders(compared.head)
    for change in compared.changes:
        for user, group in sorted(_pairs(change, change.now) - _pairs(change, change.was)):
            severity, why = _judged(change, group, allowed)
            yield Hazard(severity, None, f"{user} in {group}", why, subject=change.resource)


def _judged(change: Change, group: str, allowed: Mapping[str, Holder]) -> tuple[str, str]:
    found = change.head.referred(group)
    if not found or found.get("ManagedPolicyArns"):
        return "high", "what the group may do is not in the templates"
    return gravest(broadenings([], allowed[found.name].statements)), "they may do what it may"


def _pairs(change: Change, side: Callable[[str], Json]) -> set[tuple[str, str]]:
    if change.resource.type == USER:
        return {(change.resource.name, each) for each in _texts(side("Groups"))}
    if change.resource.type == MEMBERS:
        return {(each, str(side("GroupName"))) for each in _texts(side("Users"))}
    return set()


def _texts(value: Json) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
