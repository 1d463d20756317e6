"""Versions of guardrails that go back."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.changes.guardrail_draft import OF_ARN, VERSION_NAMED
from audit.leaves import VERSION, leaves


@on_change(
    "guardrail-version",
    category="guardrails",
    fix="keep the newer version, or cut a new one that says the same",
)
def versions_do_not_go_back(change: Change) -> Iterator[Hazard]:
    """Nothing goes back to an older version of a guardrail."""
    if not change.before or not change.after:
        return
    before = dict(leaves(change.before))
    for place, now in leaves(change.after):
        was = before.get(place, "")
        old, new = _version(place, was), _version(place, now)
        if new is None or was == now:
            continue
        if old is not None and new < old:
            why = "an older version, with what it did not stop yet"
            yield Hazard("high", {place: was}, {place: now}, why)
        elif (named := change.base.referred(was)) and named.type == VERSION:
            why = "a fixed version, which no version cut here reaches any more"
            yield Hazard("high", {place: was}, {place: now}, why)


def _version(place: str, text: str) -> int | None:
    if found := OF_ARN.search(text):
        return int(found[1])
    return int(text) if VERSION_NAMED.search(place) and text.isdigit() else None
