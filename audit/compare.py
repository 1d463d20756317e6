"""Base and head, environment by environment: what changed, and what the rules find in it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from audit.change import Change, ChangeRule, Comparison, Hazard
from audit.finding import Finding
from audit.matching import match
from audit.pack import judge_pack
from audit.shown import shown
from audit.template import Template
from audit.view import Resource, View
from audit.viewed import has_undecided, name_in_arns, view

# What an open condition counts as, and whether the defaults of parameters decide it.
BRANCHES = ((True, False), (False, False), (True, True))


@dataclass(frozen=True)
class Judged:
    """One environment: what changed in it, what was found, and how many of the pack's rules were
    broken newly, are mended, stay broken and are accepted."""

    name: str
    comparison: Comparison
    findings: Sequence[Finding]
    rules: Mapping[str, int]


def judge_change(
    name: str,
    base: Sequence[Template],
    head: Sequence[Template],
    rules: Sequence[ChangeRule],
    today: date,
) -> Judged:
    """Both branches of every open condition are compared, and what the defaults of parameters make
    of it; a finding of any of them counts."""
    base, head = _same_names(unique_names(base), unique_names(head))
    branches = BRANCHES if has_undecided([*base, *head]) else BRANCHES[:1]
    compared = [_of_branch(name, base, head, branch, today) for branch in branches]
    found = {finding: None for each in compared for finding in _findings(name, each, rules)}
    packed = judge_pack(compared[0], list(found))
    return Judged(name, compared[0], sorted([*found, *packed.new], key=_order), packed.counts)


def _of_branch(
    name: str,
    base: Sequence[Template],
    head: Sequence[Template],
    branch: tuple[bool, bool],
    today: date,
) -> Comparison:
    """What got another name has neither name in its ARNs: what refers to it stays the same."""
    found = comparison(view(name, base, *branch), view(name, head, *branch), today)
    renamed = [(old, new) for old, new in found.pairs.items() if _renamed(found, old, new)]
    if not renamed:
        return found
    before = view(name, base, *branch, unnamed=(old for old, _ in renamed))
    after = view(name, head, *branch, unnamed=(new for _, new in renamed))
    return comparison(before, after, today)


def _renamed(found: Comparison, old: str, new: str) -> bool:
    before, after = found.base.resources[old], found.head.resources[new]
    return bool(name_in_arns(before) != name_in_arns(after))


def comparison(base: View, head: View, today: date) -> Comparison:
    pairs = match(base, head)
    renames = {old: new for old, new in pairs.items() if old != new}
    base = base.renamed(renames)
    return Comparison(base, head, list(_changes(base, head, pairs)), pairs, today)


def _changes(base: View, head: View, pairs: dict[str, str]) -> Iterator[Change]:
    partners = {new: old for old, new in pairs.items()}
    for name in sorted({*base.resources, *head.resources}):
        if name in base.resources and name not in pairs:
            yield Change(base.resources[name], None, base, head)
        if name in head.resources:
            after = head.resources[name]
            before = base.resources.get(partners.get(name, ""))
            if not before or _differs(before, after):
                yield Change(before, after, base, head)


def _differs(before: Resource, after: Resource) -> bool:
    return (
        before.name != after.name
        or before.properties != after.properties
        or before.deletion_policy != after.deletion_policy
        or before.replace_policy != after.replace_policy
        or before.metadata != after.metadata
        or before.definition.get("CreationPolicy") != after.definition.get("CreationPolicy")
    )


def _findings(name: str, compared: Comparison, rules: Iterable[ChangeRule]) -> Iterator[Finding]:
    for rule in rules:
        for change, hazard in rule.hazards(compared):
            yield _finding(name, rule, change, hazard)


def _finding(name: str, rule: ChangeRule, change: Change | None, hazard: Hazard) -> Finding:
    subject = hazard.subject or (change.resource if change else "(environment)")
    return Finding(
        rule=hazard.rule or rule.id,
        category=hazard.category or rule.category,
        severity=hazard.severity,
        environment=name,
        resource=subject.name if isinstance(subject, Resource) else subject,
        before=shown(hazard.before),
        after=shown(hazard.after),
        why=shown(hazard.why),
        fix=hazard.fix or rule.fix,
    )


def _order(finding: Finding) -> tuple[str, ...]:
    return (finding.rule, finding.resource, finding.before, finding.after, finding.why)


def unique_names(templates: Sequence[Template]) -> list[Template]:
    """Stacks of one name, in two regions for instance, are told apart by a number."""
    seen: dict[str, int] = {}
    found = []
    for each in templates:
        count = seen[each.name] = seen.get(each.name, 0) + 1
        found.append(each if count == 1 else replace(each, name=f"{each.name}#{count}"))
    return found


def _same_names(
    base: list[Template], head: list[Template]
) -> tuple[list[Template], list[Template]]:
    """A single template is compared with a single template, whatever their files are called."""
    if len(base) == len(head) == 1:
        base = [replace(base[0], name=head[0].name)]
    return base, head
