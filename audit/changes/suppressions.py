"""Findings of other tools that a template switches off."""

import json
from collections.abc import Iterator, Mapping

from audit.change import Change, Comparison, Hazard, on_change, on_environment
from audit.template import Json

SHORTEST = 20
# Where tools look: metadata's path, and the keys of the rule and of the reason.
TOOLS = (
    ("cdk_nag.rules_to_suppress", "id", "reason"),
    ("cfn_nag.rules_to_suppress", "id", "reason"),
    ("checkov.skip", "id", "comment"),
    ("cfn-lint.config.ignore_checks", "", ""),
    ("guard.SuppressedRules", "", ""),
    ("validations.acknowledgments", "id", "reason"),
)


@on_change(
    "suppression-new",
    category="suppressions",
    fix="fix the finding, or say in at least 20 characters why it can be lived with",
)
def nothing_is_newly_switched_off(change: Change) -> Iterator[Hazard]:
    """No rule of another tool is newly switched off for a resource."""
    if change.after:
        before = dict(_suppressed(change.before.metadata)) if change.before else {}
        for rule, reason in _suppressed(change.after.metadata):
            if rule not in before:
                yield _hazard(rule, reason, "")


@on_environment(
    "suppression-stack",
    category="suppressions",
    fix="switch it off on the one resource that it is about",
)
def nothing_is_switched_off_for_a_stack(compared: Comparison) -> Iterator[Hazard]:
    """No rule of another tool is newly switched off for a whole stack."""
    for name, template in compared.head.templates.items():
        old = compared.base.templates.get(name)
        before = dict(_suppressed(old.section("Metadata"))) if old else {}
        for rule, reason in _suppressed(template.section("Metadata")):
            if rule not in before:
                why = "for a whole stack, whatever is added to it later"
                yield Hazard("medium", None, f"{rule}: {reason}", why, subject=name)


def _hazard(rule: str, reason: str, subject: str) -> Hazard:
    if len(reason.strip()) < SHORTEST:
        return Hazard(
            "medium",
            None,
            f"{rule}: {reason or '(no reason)'}",
            "nobody can tell later why it was switched off",
        )
    if rule.rstrip().endswith("*") or rule in ("", "all"):
        return Hazard("medium", None, f"{rule}: {reason}", "it switches off more than one rule")
    return Hazard(
        "low", None, f"{rule}: {reason}", "a rule does not look at this resource any more"
    )


def _suppressed(metadata: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    own = metadata.get("audit")
    accepted = own.get("accepted") if isinstance(own, Mapping) else None
    for name, each in accepted.items() if isinstance(accepted, Mapping) else ():
        yield f"audit {name}", str(each.get("reason") or "") if isinstance(each, Mapping) else ""
    for path, id, reason in TOOLS:
        found: Json = metadata
        for step in path.split("."):
            found = found.get(step) if isinstance(found, Mapping) else None
        for each in found if isinstance(found, list) else []:
            if isinstance(each, Mapping):
                rule = each.get(id)
                yield (
                    rule if isinstance(rule, str) else json.dumps(rule),
                    str(each.get(reason) or ""),
                )
            else:
                yield str(each), "(the tool takes no reason)"
