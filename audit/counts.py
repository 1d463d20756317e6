"""What happens to resources, as CloudFormation does it, in one word for each."""

from collections import Counter
from collections.abc import Iterable

from audit.change import Change
from audit.stateful import loss, physical_name

PARTS = (
    "added",
    "changed",
    "replaced",
    "removed",
    "orphaned",
    "imported",
    "moved",
    "renamed",
)
RETAINED = ("Retain", "RetainExceptOnCreate")


def counts(changes: Iterable[Change]) -> dict[str, int]:
    """How many of each part."""
    found = Counter(map(_part, changes))
    return {part: found[part] for part in PARTS}


def _part(change: Change) -> str:
    """An orphan stays in the account, and no stack manages it any more."""
    before, after = change.before, change.after
    if not before:
        return "added"
    is_kept = before.deletion_policy in RETAINED
    if not after:
        return "orphaned" if is_kept else "removed"
    if not change.renamed:
        return "replaced" if change.replaced_by else "changed"
    if is_kept and loss(before):
        # The same thing under the same name cannot be made anew: a stack can only take it over.
        is_same = physical_name(before) and physical_name(before) == physical_name(after)
        return "imported" if is_same else "orphaned"
    return "moved" if before.stack != after.stack else "renamed"
