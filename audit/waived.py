"""Findings that are lived with, and waivers that are no good themselves."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from audit.accepted import Waiver
from audit.assembly import UNKNOWN
from audit.finding import Finding

Paths = Mapping[tuple[str, str], str]
RULE = "waiver"
SENTENCE = (
    "What is accepted is named exactly, with a reason, an owner and a last day, and is still there."
)
SHORTEST = 20
LONGEST = timedelta(days=366)
FIX = (
    "name rules and resources exactly, with a reason of 20 characters, an owner and a day within "
    "a year; delete it when nothing needs it"
)


def split(
    findings: Iterable[Finding], waivers: Sequence[Waiver], paths: Paths, today: date
) -> tuple[list[Finding], list[tuple[Finding, Waiver]]]:
    """(open, accepted with their waivers); `paths` are constructs', by environment and resource."""
    sound = [each for each in waivers if is_sound(each, today)]
    open_: list[Finding] = []
    accepted: list[tuple[Finding, Waiver]] = []
    for finding in findings:
        path = paths.get((finding.environment, finding.resource), "")
        held = [each for each in sound if each.covers(finding, path, today)]
        if held:
            accepted.append((finding, held[0]))
        else:
            open_.append(finding)
    return open_, accepted


def is_sound(waiver: Waiver, today: date) -> bool:
    return not any(_complaints(waiver, today))


def judge_waivers(
    waivers: Sequence[Waiver], used: Iterable[Waiver], own_rules: Iterable[str], today: date
) -> Iterator[Finding]:
    """What is wrong with the waivers. Only those of `own_rules` can be known to be unused."""
    needed, own = {each.name for each in used}, set(own_rules)
    for waiver in waivers:
        for why in _complaints(waiver, today):
            yield _finding(waiver, why)
        judged_here = own.issuperset(waiver.rules)
        if judged_here and waiver.name not in needed and is_sound(waiver, today):
            yield _finding(waiver, "nothing needs it: what it accepted is not there any more")


def _complaints(waiver: Waiver, today: date) -> Iterator[str]:
    if waiver.until < today:
        yield f"it ended on {waiver.until}"
    if waiver.until > today + LONGEST:
        yield f"it holds until {waiver.until}, for more than a year"
    for each in (*waiver.rules, *waiver.resources):
        # What stands in brackets qualifies a rule of cdk-nag, and may name a wildcard itself.
        if "*" in each.partition("[")[0]:
            yield f"{each} is not one rule, or one resource"
    if len(waiver.reason.strip()) < SHORTEST:
        yield f"{waiver.reason!r} is no reason that anyone could judge later"


def _finding(waiver: Waiver, why: str) -> Finding:
    return Finding(
        rule=RULE,
        category="suppressions",
        severity="medium",
        environment=waiver.environments[0] if len(waiver.environments) == 1 else UNKNOWN,
        resource=waiver.resources[0],
        before="",
        after=f"{waiver.name}: {', '.join(waiver.rules)}, by {waiver.owner} until {waiver.until}",
        why=why,
        fix=FIX,
    )
