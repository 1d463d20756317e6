"""Environments that drift apart: production must be as strong as what leads to it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

from audit.change import Change, Hazard
from audit.changes.firewall import ON as FIREWALLS
from audit.changes.firewall import rules_still_block
from audit.changes.guard_removed import guarded
from audit.changes.guardrail_weakened import GUARDRAIL, guardrails_stop_as_much
from audit.changes.settings_weakened import no_setting_is_weakened
from audit.finding import Finding
from audit.shown import shown
from audit.stages import STRICT, rank
from audit.view import Resource, View, map_text

RULE, FIX = "weaker-than-below", "give it the setting that the environment below it has"
SENTENCE = "An environment is not weaker than the one below it, where it was not before."
# Money, and how much is allowed, differ between environments by right.
COMPARED = {"data", "exposure", "access", "guardrails", "observability"}


def drift(before: Mapping[str, View], after: Mapping[str, View]) -> Iterator[Finding]:
    """Where an environment is weaker than the one below it, and was not before the change."""
    ranked = sorted(
        (each for each in after if rank(each) is not None), key=lambda each: rank(each) or 0
    )
    for lower, upper in pairwise(ranked):
        if (rank(upper) or 0) < STRICT:
            continue
        known: set[tuple[str, ...]] = set()
        if lower in before and upper in before:
            known = {_key(each) for each in _weaker(before[lower], before[upper])}
        for each in _weaker(after[lower], after[upper]):
            if _key(each) not in known:
                yield each


def _weaker(lower: View, upper: View) -> Iterator[Finding]:
    partners, places = _by_place(upper), _by_place(lower)
    # Ids carry hashes: what has no partner may be there under another.
    moved = {type for (stack, id, type) in partners if (stack, id, type) not in places}
    for place, resource in places.items():
        other = partners.get(place)
        if other:
            change = Change(_neutral(resource, lower), _neutral(other, upper), lower, upper)
            for hazard in _hazards(change):
                yield _finding(hazard, lower, upper, other)
        elif guarded(resource.type) in COMPARED and resource.type not in moved:
            hazard = Hazard("medium", resource.type, None, "is there and here it is not")
            yield _finding(hazard, lower, upper, resource)


def _hazards(change: Change) -> Iterable[Hazard]:
    for hazard in no_setting_is_weakened(change):
        if hazard.category in COMPARED:
            yield hazard
    if change.resource.type == GUARDRAIL:
        yield from guardrails_stop_as_much(change)
    if change.resource.type in FIREWALLS:
        yield from rules_still_block(change)


def _neutral(resource: Resource, view: View) -> Resource:
    """Without what must differ: the environment's name, its account and its region."""
    template = view.templates[resource.stack]
    own = [each for each in (view.environment, template.account, template.region) if each]
    words = re.compile(
        "|".join(rf"(?<![A-Za-z0-9]){re.escape(each)}(?![A-Za-z0-9])" for each in own)
    )
    properties = map_text(resource.properties, lambda text: words.sub("(own)", text))
    return replace(resource, properties=properties)


def _by_place(view: View) -> dict[tuple[str, str, str], Resource]:
    """Resources by (stack, id, type), without the environment's name in the stack's."""
    name = re.compile(rf"{re.escape(view.environment)}[-_/]?", re.IGNORECASE)
    return {
        (name.sub("", each.stack), each.id, each.type): each for each in view.resources.values()
    }


def _finding(hazard: Hazard, lower: View, upper: View, resource: Resource) -> Finding:
    stack = resource.name if resource.name in upper.resources else f"(none) {resource.id}"
    return Finding(
        rule=RULE,
        category="parity",
        severity="medium" if hazard.severity in ("critical", "high", "medium") else "low",
        environment=upper.environment,
        resource=stack,
        before=f"{lower.environment}: {shown(hazard.before) or '(default)'}",
        after=f"{upper.environment}: {shown(hazard.after) or '(default)'}",
        why=f"{upper.environment} is weaker than {lower.environment}: {hazard.why}",
        fix=FIX,
    )


def _key(finding: Finding) -> tuple[str, ...]:
    return (finding.resource, finding.before, finding.after, finding.why)
