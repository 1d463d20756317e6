"""Buckets that are emptied when they go."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change


@on_change(
    "data-emptied",
    category="data",
    on="Custom::S3AutoDeleteObjects",
    fix="remove auto_delete_objects",
)
def buckets_are_not_emptied(change: Change) -> Iterator[Hazard]:
    """No bucket is emptied when its stack goes."""
    if not change.before and change.after:
        why = "all objects are deleted when the bucket leaves the stack"
        yield Hazard("high", None, change.after.properties, why)
