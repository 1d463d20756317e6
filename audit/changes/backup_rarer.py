"""How much is lost between the last backup and a failure."""

from collections.abc import Iterator, Mapping

from audit.change import Change, Hazard, on_change
from audit.schedule import times_a_month
from audit.template import Json

DAILY = "cron(0 5 ? * * *)"  # what AWS Backup does where a rule does not say it


@on_change(
    "backup-rarer",
    category="data",
    on="AWS::Backup::BackupPlan",
    fix="back up as often as before",
)
def backups_are_as_frequent(change: Change) -> Iterator[Hazard]:
    """A plan's rules make backups as often as they did."""
    after = _schedules(change.now("BackupPlan.BackupPlanRule"))
    for name, was in _schedules(change.was("BackupPlan.BackupPlanRule")).items():
        now = after.get(name, was)
        before, later = times_a_month(was), times_a_month(now)
        if before and later and later < before:
            yield Hazard("high", {name: was}, {name: now}, "more is lost between two backups")


def _schedules(rules: Json) -> dict[str, str]:
    return {
        str(each.get("RuleName")): str(each.get("ScheduleExpression") or DAILY)
        for each in (rules if isinstance(rules, list) else [])
        if isinstance(each, Mapping)
    }
