"""The rule pack on both sides of a change: what a template lacks may have been lacking before, and
only what is new is the change's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from audit.accepted import carried_waivers
from audit.calls import callers
from audit.change import Comparison
from audit.finding import Finding, at_least
from audit.limits import Limits
from audit.rules.judge import judge
from audit.rules.registry import WHOLE, rules
from audit.shown import shown
from audit.view import View

BEDROCK = ("AWS::Bedrock", "AWS::S3Vectors::")
# A rule of the pack says what is missing, and somebody may want it so: it never bars the way alone.
GRAVEST = "high"

# A rule, and what it was broken by.
Key = tuple[str, str]
Broken = dict[Key, list[Finding]]


@dataclass(frozen=True)
class Packed:
    """`new` are findings of the change; `counts` say how many are new, fixed, kept and accepted."""

    new: Sequence[Finding] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


def judge_pack(compared: Comparison, found: Sequence[Finding]) -> Packed:
    """`found` is what the rules of a change found. Where no model is called, nothing is judged."""
    if not _uses_models(compared.head):
        return Packed()
    before, _ = _broken(compared.base, compared.today, compared.pairs)
    after, accepted = _broken(compared.head, compared.today, {})
    news = {
        key: _new(held, before.get(key, []))
        for key, held in after.items()
        if key in before or not _moved(key, before, after)
    }
    new = [_in_place(_told(each), before) for each in news.values() if each]
    fixed = [key for key in before if key not in after and _is_there(key[1], compared.head)]
    counts = {
        "new": len(new),
        "fixed": len(fixed),
        "kept": len(after) - len(new),
        "accepted": accepted,
    }
    return Packed([each for each in new if not _is_said(each, found)], counts)


def _uses_models(view: View) -> bool:
    return any(type.startswith(BEDROCK) for type in view.by_type) or bool(callers(view))


def _broken(view: View, today: date, renames: Mapping[str, str]) -> tuple[Broken, int]:
    """By rule and resource, and how many more the templates themselves accept."""
    templates = list(view.templates.values())
    waivers = carried_waivers(view.environment, templates)
    broken: Broken = {}
    accepted = 0
    for each in judge(view.environment, templates, rules(), Limits(today)):
        if any(waiver.covers(each, "", today) for waiver in waivers):
            accepted += 1
        else:
            key = each.rule, renames.get(each.resource, each.resource)
            broken.setdefault(key, []).append(each)
    return broken, accepted


def _new(held: Sequence[Finding], before: Sequence[Finding]) -> list[Finding]:
    """What is wrong in more ways than it was; the same number in other words is no news."""
    known = {each.after for each in before}
    return [each for each in held if each.after not in known] if len(held) > len(before) else []


def _moved(key: Key, before: Broken, after: Broken) -> bool:
    """Is it broken here, in place of another resource of its stack that is not broken any more?"""
    kind = key[0], _stack(key)
    alike = [each for each in {*before, *after} if (each[0], _stack(each)) == kind]
    gone = sum(each not in after for each in alike)
    came = sum(each not in before for each in alike)
    return gone >= came


def _stack(key: Key) -> str:
    return key[1].rpartition("/")[0]


def _in_place(new: Finding, before: Broken) -> Finding:
    """What was broken before in one more way, or is broken as others of its kind were, is told and
    stops nobody: the rules of a change judge what it lets through."""
    known = (new.rule, new.resource) in before
    usual = new.severity == "medium" and any(rule == new.rule for rule, _ in before)
    return replace(new, severity="low") if known or usual else new


def _is_there(resource: str, view: View) -> bool:
    return resource == WHOLE or resource in view.resources


def _is_said(new: Finding, found: Sequence[Finding]) -> bool:
    """By a rule of the change, of the same resource, in the same category and as grave."""
    return any(
        each.resource == new.resource
        and each.category == new.category
        and at_least(each.severity, new.severity)
        for each in found
    )


def _told(found: Sequence[Finding]) -> Finding:
    """What one rule says of one resource, as one finding."""
    first = found[0]
    severity = GRAVEST if at_least(first.severity, GRAVEST) else first.severity
    after = shown("; ".join(each.after for each in found))
    return replace(first, severity=severity, after=after)
