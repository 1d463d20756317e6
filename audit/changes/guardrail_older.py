"""Versions of guardrails that go back."""

import re
from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.leaves import leaves


@on_change(
    "guardrail-version",
    category="guardrails",
    fix="keep the newer version, or cut a new one that says the same",
)
def versions_do_not_go_back(change: Change) -> Iterator[Hazard]:
    """Nothing goes back to an older version of a guardrail."""
    if not change.before or not change.after:
        return
    before = dict(leaves(change.before.properties, ""))
    for place, now in leaves(change.after.properties, ""):
        was = before.get(place, "")
        if (
            re.search(r"guardrail_?version$", place, re.IGNORECASE)
            and now.isdigit()
            and was.isdigit()
        ) and int(now) < int(was):
            yield Hazard(
                "high",
                {place: was},
                {place: now},
                "an older version, with what it did not stop yet",
            )
