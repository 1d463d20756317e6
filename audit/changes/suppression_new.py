"""Findings of other tools that a resource switches off."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.suppressed import suppressed

SHORTEST = 20
# Without the finding in brackets, such as `[Action::s3:*]`, these of cdk-nag stand for any number.
WHOLE = ("", "all", "AwsSolutions-IAM4", "AwsSolutions-IAM5")


@on_change(
    "suppression-new",
    category="suppressions",
    fix="fix the finding, or say in at least 20 characters why it can be lived with",
)
def nothing_is_newly_switched_off(change: Change) -> Iterator[Hazard]:
    """No rule of another tool is newly switched off for a resource."""
    if change.after:
        before = dict(suppressed(change.before.metadata)) if change.before else {}
        for rule, reason in suppressed(change.after.metadata):
            if rule not in before:
                yield _hazard(rule, reason)


def _hazard(rule: str, reason: str) -> Hazard:
    if len(reason.strip()) < SHORTEST:
        return Hazard(
            "high",
            None,
            f"{rule}: {reason or '(no reason)'}",
            "nobody can tell later why it was switched off",
        )
    if rule.rstrip().endswith("*") or rule in WHOLE:
        return Hazard("high", None, f"{rule}: {reason}", "it switches off more than one rule")
    return Hazard(
        "medium", None, f"{rule}: {reason}", "a rule does not look at this resource any more"
    )
