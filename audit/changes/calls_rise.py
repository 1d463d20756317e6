"""How often models may be asked, where the cloud itself keeps count."""

from collections.abc import Iterator

from audit.calls import callers
from audit.change import Change, Comparison, Hazard, on_environment
from audit.settings import settings_of
from audit.values import number

FUNCTION, CONCURRENCY = "AWS::Lambda::Function", "ReservedConcurrentExecutions"
COUNTED = {"rate-raised", "quota-raised"}
BURST = "BurstLimit"


@on_environment(
    "calls-rise",
    category="cost",
    fix="keep the limit, or give what calls the models a budget that stops it",
)
def no_more_calls_are_let_through(compared: Comparison) -> Iterator[Hazard]:
    """No more calls reach what pays for models, and none of its limits is gone."""
    calling = {each.name for each in callers(compared.head)}
    if not calling:
        return
    for change in compared.changes:
        for place, was, now in [*_throttles(change), *_concurrency(change, calling)]:
            why = f"{place} is gone" if now is None else f"{place} lets more through"
            yield Hazard(
                "high" if now is None else "medium",
                {place: was},
                {place: now} if now is not None else "no limit",
                f"models are asked more often, and paid for each time: {why}",
                subject=change.resource,
            )


Found = tuple[str, object, object]


def _throttles(change: Change) -> Iterator[Found]:
    if not change.before or not change.after:
        return
    for setting in settings_of(change.resource.type):
        if setting.rule in COUNTED:
            for place, was, now in setting.weakened(change):
                if was is not None and not place.endswith(BURST):
                    yield place, was, now


def _concurrency(change: Change, calling: set[str]) -> Iterator[Found]:
    was, now = change.was(CONCURRENCY), change.now(CONCURRENCY)
    if change.resource.type != FUNCTION or change.resource.name not in calling or not change.after:
        return
    if number(was) is not None and (now is None or (number(now) or 0) > (number(was) or 0)):
        yield CONCURRENCY, was, now
