"""What would happen to data, were its resource removed or replaced one day."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.stateful import loss

STRENGTH = {"Delete": 0, "Snapshot": 1, "RetainExceptOnCreate": 2, "Retain": 2}


@on_change(
    "removal-policy", category="data", fix="keep Retain, or Snapshot where there are snapshots"
)
def policies_keep_data(change: Change) -> Iterator[Hazard]:
    """`DeletionPolicy` and `UpdateReplacePolicy` keep what they kept."""
    if not change.before or not change.after:
        return
    pairs = {
        "DeletionPolicy": (change.before.deletion_policy, change.after.deletion_policy),
        "UpdateReplacePolicy": (change.before.replace_policy, change.after.replace_policy),
    }
    severity = "high" if loss(change.resource) in ("critical", "high") else "medium"
    weaker = [
        name for name, (was, now) in pairs.items() if STRENGTH.get(now, 0) < STRENGTH.get(was, 0)
    ]
    if weaker:
        before, after = ({name: pairs[name][side] for name in weaker} for side in (0, 1))
        why = "the next removal or replacement deletes what this one would have kept"
        yield Hazard(severity, before, after, why)
