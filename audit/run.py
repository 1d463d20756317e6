"""One audit: two sides read, compared in every environment, judged by the policy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from audit import waived
from audit.accepted import Waiver
from audit.approval import Approval
from audit.change import change_rules
from audit.compare import Judged, judge_change
from audit.cost import monthly
from audit.counts import counts
from audit.digest import digest
from audit.environments import environments, same_names
from audit.finding import Finding
from audit.known import known_rules
from audit.parity import drift
from audit.provenance import Provenance
from audit.replacement import is_known
from audit.result import Environment, Result
from audit.rules.registry import rules
from audit.template import Template
from audit.verdict import Policy
from audit.worst_case import worst_case


@dataclass(frozen=True)
class Judgement:
    """What the two sides are judged by."""

    policy: Policy
    waivers: Sequence[Waiver]
    approval: Approval | None
    today: date


def audit(base: Path, head: Path, by: Judgement, provenance: Provenance) -> Result:
    """Raises Unreadable if either side cannot be read whole."""
    before, after = same_names(environments(base), environments(head))
    judged = _judged(before, after, by.today)
    findings = [each for one in judged for each in one.findings] + _drift(judged)
    open_, accepted = waived.split(findings, by.waivers, _paths(before, after), by.today)
    used = [waiver for _, waiver in accepted]
    # What the pack found before is not told again: a waiver of it may be needed and cover nothing.
    told = known_rules().keys() - {each.id for each in rules()}
    open_ += waived.judge_waivers(by.waivers, used, told, by.today)
    reviewed = digest(head)
    approved = by.approval.for_digest(reviewed) if by.approval else frozenset()
    return Result(
        [_environment(each) for each in judged],
        list(dict.fromkeys(open_)),
        accepted,
        by.policy,
        digest(base),
        reviewed,
        approved,
        provenance,
    )


def _judged(
    before: Mapping[str, Sequence[Template]], after: Mapping[str, Sequence[Template]], today: date
) -> list[Judged]:
    rules = change_rules()
    return [
        judge_change(name, before.get(name, ()), after.get(name, ()), rules, today)
        for name in sorted({*before, *after})
    ]


def _paths(*sides: Mapping[str, Sequence[Template]]) -> dict[tuple[str, str], str]:
    """The construct's path by environment and resource: the head's where both have one."""
    return {
        (environment, f"{template.name}/{id}"): path
        for side in sides
        for environment, templates in side.items()
        for template in templates
        for id, path in template.paths.items()
    }


def _drift(judged: Sequence[Judged]) -> list[Finding]:
    before = {each.name: each.comparison.base for each in judged}
    after = {each.name: each.comparison.head for each in judged}
    return list(drift(before, after))


def _environment(judged: Judged) -> Environment:
    happened = counts(judged.comparison.changes)
    head = judged.comparison.head
    unknown = {
        each.type
        for each in head.resources.values()
        if not is_known(each.type) and each.type != "AWS::CDK::Metadata"
    }
    base = judged.comparison.base
    cost = (monthly(base).total, monthly(head).total)
    models = (worst_case(base), worst_case(head))
    return Environment(judged.name, happened, cost, models, sorted(unknown), judged.rules)
