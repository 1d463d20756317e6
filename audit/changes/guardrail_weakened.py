"""Guardrails that stop less than before."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.lattice import weaker

GUARDRAIL = "AWS::Bedrock::Guardrail"


@on_change(
    "guardrail-weakened",
    category="guardrails",
    on=GUARDRAIL,
    fix="keep what it stopped, or let model governance approve what passes now",
)
def guardrails_stop_as_much(change: Change) -> Iterator[Hazard]:
    """A guardrail stops what it stopped, in both directions."""
    if not change.before or not change.after:
        return
    for each in weaker(change.before.properties, change.after.properties):
        yield Hazard(each.severity, {each.where: each.before}, {each.where: each.after}, each.why)
    was, now = change.was("CrossRegionConfig"), change.now("CrossRegionConfig")
    if now and was != now:
        why = "what it checks is sent to other regions than before"
        yield Hazard("medium", was, now, why)
