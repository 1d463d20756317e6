"""Objects that a bucket deletes by itself."""

from collections.abc import Iterator, Mapping

from audit.change import Change, Hazard, on_change
from audit.template import Json
from audit.view import Resource

AGES = ("ExpirationInDays", "NoncurrentVersionExpirationInDays")
NEVER = float("inf")


@on_change(
    "data-expires", category="data", on="AWS::S3::Bucket", fix="keep objects as long as before"
)
def objects_live_as_long(change: Change) -> Iterator[Hazard]:
    """Objects of a bucket are not deleted sooner than before."""
    if not change.before or not change.after:
        return
    before, after = _ages(change.before), _ages(change.after)
    for where in sorted(after):
        everything = (where[0], "", "")
        was = min(before.get(where, NEVER), before.get(everything, NEVER))
        if after[where] < was:
            severity = "high" if where[0] == "current" else "medium"
            days = {} if was == NEVER else {where[1] or "(all)": f"{was:g} days"}
            now = {where[1] or "(all)": f"{after[where]:g} days"}
            yield Hazard(
                severity, days or None, now, f"{where[0]} versions of objects are deleted sooner"
            )


def _ages(bucket: Resource) -> dict[tuple[str, str, str], float]:
    """Days to live by (which versions, prefix, other filters)."""
    found: dict[tuple[str, str, str], float] = {}
    rules = bucket.get("LifecycleConfiguration.Rules")
    for rule in rules if isinstance(rules, list) else ():
        if isinstance(rule, Mapping) and rule.get("Status") == "Enabled":
            filters = (str(rule.get("Prefix") or ""), _others(rule))
            # A date is a day on which everything older goes.
            current = 0 if rule.get("ExpirationDate") else rule.get(AGES[0])
            for versions, days in (("current", current), ("former", _former(rule))):
                if days is not None:
                    key = (versions, *filters)
                    found[key] = min(float(days), found.get(key, NEVER))
    return found


def _former(rule: Mapping[str, Json]) -> Json:
    nested = rule.get("NoncurrentVersionExpiration")
    return nested.get("NoncurrentDays") if isinstance(nested, Mapping) else rule.get(AGES[1])


def _others(rule: Mapping[str, Json]) -> str:
    names = ("TagFilters", "ObjectSizeGreaterThan", "ObjectSizeLessThan")
    return str([rule.get(each) for each in names if rule.get(each)] or "")
