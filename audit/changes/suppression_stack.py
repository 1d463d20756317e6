"""Findings of other tools that a whole stack switches off."""

from collections.abc import Iterator

from audit.change import Comparison, Hazard, on_environment
from audit.suppressed import suppressed


@on_environment(
    "suppression-stack",
    category="suppressions",
    fix="switch it off on the one resource that it is about",
)
def nothing_is_switched_off_for_a_stack(compared: Comparison) -> Iterator[Hazard]:
    """No rule of another tool is newly switched off for a whole stack."""
    for name, template in compared.head.templates.items():
        old = compared.base.templates.get(name)
        before = dict(suppressed(old.section("Metadata"))) if old else {}
        for rule, reason in suppressed(template.section("Metadata")):
            if rule not in before:
                why = "for a whole stack, whatever is added to it later"
                yield Hazard("high", None, f"{rule}: {reason}", why, subject=name)
