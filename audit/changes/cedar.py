"""What policies in Cedar permit and forbid: of the tools of agents, and of Verified Permissions."""

import re
from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.view import Resource

TYPES = ("AWS::BedrockAgentCore::Policy", "AWS::VerifiedPermissions::Policy")
PLACES = (
    "Definition.Cedar.Statement",
    "Definition.Static.Statement",
    "Definition.Policy.Statement",
)
COMMENT = re.compile(r"//[^\n]*")


@on_change(
    "cedar",
    category="access",
    on=TYPES,
    fix="keep what it forbade, or let security approve what is permitted now",
)
def no_policy_permits_more(change: Change) -> Iterator[Hazard]:
    """No policy forbids less than it did, or permits more."""
    was, now = _statement(change.before), _statement(change.after)
    if was == now:
        return
    if _forbids(was) and not _forbids(now):
        yield Hazard("critical", was, now or "removed", "what was forbidden is not any more")
    elif _forbids(was):
        why = "it may forbid less: statements of Cedar are not compared by meaning"
        yield Hazard("high", was, now, why)
    elif "permit" in now:
        why = "it permits something" if not was else "it may permit more, or to others"
        yield Hazard("medium", was or None, now, why)


def _statement(policy: Resource | None) -> str:
    """Without what Cedar does not read; empty if there is none."""
    text = next((found for each in PLACES if policy and (found := policy.get(each))), "")
    return " ".join(COMMENT.sub("", str(text)).split())


def _forbids(statement: str) -> bool:
    return "forbid" in statement
