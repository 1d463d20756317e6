"""Permissions boundaries: what bounds whatever policies may be made to allow."""

from collections.abc import Iterator

from audit.change import Comparison, Hazard, on_environment
from audit.iam.gravity import gravest
from audit.iam.holders import holders
from audit.iam.inclusion import broadenings, lifted

PROPERTY = "PermissionsBoundary"


@on_environment(
    "boundary-swapped", category="access", fix="keep the boundary, and change what it allows"
)
def boundaries_stay(compared: Comparison) -> Iterator[Hazard]:
    """A principal that had a boundary does not get a wider one."""
    before, after = holders(compared.base), holders(compared.head)
    for change in compared.changes:
        was, now = change.was(PROPERTY), change.now(PROPERTY)
        if not was or not now or was == now:
            continue
        old, new = change.base.referred(was), change.head.referred(now)
        if not old or not new:
            why = "another boundary, and what it allows is not in the templates"
            yield Hazard("critical", was, now, why, subject=change.resource)
            continue
        pair = (before[old.name].statements, after[new.name].statements)
        if found := [*broadenings(*pair), *lifted(*pair)]:
            why = "another boundary, which allows more"
            yield Hazard(gravest(found), was, now, why, subject=change.resource)
