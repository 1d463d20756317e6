"""Policies of OpenSearch Serverless, which have a grammar of their own."""

import json
from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.template import Json

NETWORK, ACCESS = (
    "AWS::OpenSearchServerless::SecurityPolicy",
    "AWS::OpenSearchServerless::AccessPolicy",
)


@on_change(
    "collection-public",
    category="exposure",
    on=NETWORK,
    fix="set AllowFromPublic to false and name the VPC endpoints",
)
def collections_stay_private(change: Change) -> Iterator[Hazard]:
    """No collection is opened to the internet."""
    if _public(change.now("Policy")) and not _public(change.was("Policy")):
        yield Hazard(
            "critical",
            change.was("Policy"),
            change.now("Policy"),
            "the collection can be reached from the internet",
        )


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


def _public(policy: Json) -> bool:
    return isinstance(policy, str) and '"AllowFromPublic":true' in "".join(policy.split())


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
