"""Rules of events that hear less, or tell fewer."""

import json
from collections.abc import Iterator, Mapping

from audit.change import Change, Hazard, on_change
from audit.template import Json

RULE = "AWS::Events::Rule"
# Who speaks of threats and of changes; what else is listened for is an application's own business.
WATCHING = (
    "access-analyzer cloudtrail cloudwatch config guardduty health iam inspector inspector2 kms "
    "macie organizations securityhub signin sso trustedadvisor bedrock"
).split()


@on_change("event-narrowed", category="observability", on=RULE, fix="keep what it listened for")
def events_are_heard_and_told(change: Change) -> Iterator[Hazard]:
    """A rule hears the events that it heard, and tells whom it told."""
    if not change.before or not change.after or change.was("ScheduleExpression"):
        return
    grave = "medium" if _watches(change.was("EventPattern")) else "low"
    was, now = (_facts(each) for each in (change.was("EventPattern"), change.now("EventPattern")))
    if any(_is_narrower(was.get(place), now[place]) for place in now):
        why = "it hears fewer events"
        yield Hazard(grave, change.was("EventPattern"), change.now("EventPattern"), why)
    told, tells = (_arns(each) for each in (change.was("Targets"), change.now("Targets")))
    if lost := sorted(told - tells):
        yield Hazard(grave, lost, sorted(tells), "what it hears is told to fewer")


def _watches(pattern: Json) -> bool:
    text = json.dumps(pattern)
    return any(f'"aws.{each}"' in text for each in WATCHING)


def _facts(pattern: Json, place: str = "") -> dict[str, list[Json]]:
    """What an event must be, by where in it; any of the values is enough."""
    found: dict[str, list[Json]] = {}
    for name, each in pattern.items() if isinstance(pattern, Mapping) else ():
        if isinstance(each, Mapping):
            found |= _facts(each, f"{place}.{name}")
        else:
            found[f"{place}.{name}"] = each if isinstance(each, list) else [each]
    return found


def _is_narrower(was: list[Json] | None, now: list[Json]) -> bool:
    if was is None:
        return True
    return any(each not in now and not any(_holds(each, one) for one in now) for each in was)


def _holds(old: Json, new: Json) -> bool:
    """Does `>= 1` let through what `>= 4` did?"""
    was, now = _numeric(old), _numeric(new)
    if not was or not now or was[0] != now[0]:
        return False
    return now[1] <= was[1] if was[0].startswith(">") else now[1] >= was[1]


def _numeric(matcher: Json) -> tuple[str, float] | None:
    found = matcher.get("numeric") if isinstance(matcher, Mapping) else None
    return (str(found[0]), float(found[1])) if isinstance(found, list) and len(found) == 2 else None


def _arns(targets: Json) -> set[str]:
    found = targets if isinstance(targets, list) else []
    return {str(each.get("Arn")) for each in found if isinstance(each, Mapping)}
