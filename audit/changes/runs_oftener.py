"""Schedules that come round more often."""

from collections.abc import Iterator

from audit.calls import callers
from audit.change import Comparison, Hazard, on_environment
from audit.intrinsics import text_of
from audit.schedule import times_a_month

TYPES = ("AWS::Events::Rule", "AWS::Scheduler::Schedule")
NAME, TWICE = "ScheduleExpression", 2


@on_environment(
    "runs-oftener",
    category="cost",
    fix="keep the schedule, or say what the runs cost together",
)
def nothing_runs_oftener(compared: Comparison) -> Iterator[Hazard]:
    """What runs by a schedule does not run, and is not paid for, more often."""
    calling = [each.name for each in callers(compared.head)]
    for change in compared.changes:
        if not change.before or not change.after or change.after.type not in TYPES:
            continue
        was, now = (times_a_month(each(NAME)) for each in (change.was, change.now))
        if was and now and now >= TWICE * was:
            targets = text_of([change.now("Targets"), change.now("Target")])
            asks = any(f"{{{name}{end}" in targets for name in calling for end in "}.")
            yield Hazard(
                "medium" if asks else "low",
                change.was(NAME),
                change.now(NAME),
                "models are asked more often by it" if asks else "it runs, and costs, more often",
                subject=change.resource,
            )
