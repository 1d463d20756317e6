"""Whom a budget tells, and when."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.template import Json

NAME = "NotificationsWithSubscribers"


@on_change(
    "budget-alerts",
    category="cost",
    on="AWS::Budgets::Budget",
    fix="keep telling them as early, or say who is told instead",
)
def as_many_are_told_as_early(change: Change) -> Iterator[Hazard]:
    """Whoever was told by a budget is told as early."""
    if not change.before or not change.after:
        return
    before, after = (dict(_told(each.get(NAME))) for each in (change.before, change.after))
    for who, threshold in before.items():
        now = after.get(who)
        if now is None or now > threshold:
            why = f"{who[0]} is told later, or not at all"
            yield Hazard("medium", f"at {threshold:g}", f"at {now:g}" if now else None, why)


def _told(notifications: Json) -> Iterator[tuple[tuple[str, str], float]]:
    """((who, of what), the lowest threshold)."""
    lowest: dict[tuple[str, str], float] = {}
    for each in notifications if isinstance(notifications, list) else []:
        notice = each.get("Notification") or {}
        of = f"{notice.get('NotificationType')} {notice.get('ThresholdType', 'PERCENTAGE')}"
        for one in each.get("Subscribers") or []:
            who = (f"a subscriber by {one.get('SubscriptionType')}", f"{one.get('Address')} {of}")
            threshold = float(notice.get("Threshold") or 0)
            lowest[who] = min(threshold, lowest.get(who, threshold))
    yield from lowest.items()
