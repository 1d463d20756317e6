"""Whose permissions code runs with: the role that a function, a task, an instance or a job has."""

import re
from collections.abc import Iterator, Mapping

from audit.change import Change, Comparison, Hazard, on_environment
from audit.iam.gravity import gravest
from audit.iam.holders import Holder, holders
from audit.iam.inclusion import broadenings
from audit.iam.types import IDENTITY
from audit.template import Json

NAMES = re.compile(r"(^|[a-z])Roles?(Arns?|ARN)?$|^IamInstanceProfile$|^Roles?$")


@on_environment(
    "runs-as", category="access", fix="give the role that it has what it needs, and nothing else"
)
def code_runs_as_before(compared: Comparison) -> Iterator[Hazard]:
    """What runs with a role does not get another one that may do more."""
    before, after = holders(compared.base), holders(compared.head)
    for change in compared.changes:
        if change.before and change.after and change.resource.type not in IDENTITY:
            yield from _swapped(change, before, after)


def _swapped(
    change: Change, before: Mapping[str, Holder], after: Mapping[str, Holder]
) -> Iterator[Hazard]:
    assert change.before and change.after
    roles = dict(_roles(change.before.properties))
    for place, role in _roles(change.after.properties):
        was = roles.get(place)
        if was and was != role and (judged := _judged(change, was, role, before, after)):
            yield Hazard(judged[0], {place: was}, {place: role}, judged[1], subject=change.resource)


def _judged(
    change: Change, was: str, now: str, before: Mapping[str, Holder], after: Mapping[str, Holder]
) -> tuple[str, str] | None:
    new = change.head.referred(now)
    if not new:
        return "high", "it runs with another role, and what that may do is not in the templates"
    old = change.base.referred(was)
    allowed = before[old.name].statements if old and old.name in before else []
    allows = after[new.name].statements if new.name in after else []
    found = broadenings(allowed, allows)
    return (gravest(found), "it runs with another role, which may do more") if found else None


def _roles(value: Json, place: str = "") -> Iterator[tuple[str, str]]:
    """(place, role) of every role that is named."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            here = f"{place}.{name}".lstrip(".")
            yield from ((here, role) for role in _texts(each) if NAMES.search(name))
            yield from _roles(each, here)
    elif isinstance(value, list):
        for i, each in enumerate(value):
            yield from _roles(each, f"{place}.{i}")


def _texts(value: Json) -> list[str]:
    if isinstance(value, Mapping):
        return []
    return [
        each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)
    ]
