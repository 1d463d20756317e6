"""Access policies of OpenSearch Serverless, which have a grammar of their own."""

import json
from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.template import Json

ACCESS = "AWS::OpenSearchServerless::AccessPolicy"


@on_change(
    "collection-access",
    category="access",
    on=ACCESS,
    fix="name the roles that search, and the permissions that they use",
)
def collections_admit_nobody_else(change: Change) -> Iterator[Hazard]:
    """No more principals may do more to a collection."""
    if not change.before or not change.after:
        return
    before, after = _words(change.was("Policy")), _words(change.now("Policy"))
    if added := sorted(after - before):
        yield Hazard("high", None, added, "more principals, or more permissions, on the collection")


def _words(policy: Json) -> set[str]:
    try:
        rules = json.loads(policy) if isinstance(policy, str) else []
    except ValueError:
        return {str(policy)}
    found: set[str] = set()
    for rule in rules:
        found |= set(rule.get("Principal", []))
        for each in rule.get("Rules", []):
            found |= {*each.get("Permission", []), *each.get("Resource", [])}
    return found
