"""The account's record of what its models are asked. CloudFormation has no type for it, so it is
set by a custom resource, whatever that is called: what it is told tells it."""

import re
from collections.abc import Iterator, Mapping

from audit.change import Change, Hazard, on_change
from audit.shown import written_out
from audit.template import Json
from audit.view import Resource

SWITCH = re.compile(r"(text|image|embedding|video|audio)DataDeliveryEnabled", re.IGNORECASE)
DESTINATIONS = {"s3config": "S3", "cloudwatchconfig": "CloudWatch"}


@on_change(
    "invocation-logging",
    category="observability",
    fix="keep the record of calls, or say in the pull request where else it is kept",
)
def calls_of_models_are_recorded(change: Change) -> Iterator[Hazard]:
    """What sets the account's record of calls of models still does, to the same places."""
    was = set(_said(change.before))
    if not was:
        return
    if not change.after or not (now := set(_said(change.after))):
        yield Hazard("high", sorted(was), "removed", "nothing sets the record of calls any more")
        return
    if lost := sorted(was - now):
        # Of most calls, what is asked and answered is text.
        grave = "high" if any(each.lower().startswith("text") for each in lost) else "medium"
        yield Hazard(grave, lost, sorted(now), "this is not recorded any more, or elsewhere")


def _said(resource: Resource | None) -> Iterator[str]:
    """What is recorded and where to, a text each; `Create` and `Update` of one say the same."""
    if resource and any(_is_one(each) for each in _mappings(resource.properties)):
        for each in _mappings(resource.properties):
            for name, value in each.items():
                if SWITCH.fullmatch(name) and str(value).lower() == "true":
                    yield name
                elif (place := DESTINATIONS.get(name.lower())) and isinstance(value, Mapping):
                    yield f"to {place} {value.get('bucketName') or value.get('logGroupName') or ''}"
                elif name.lower() == "action" and "InvocationLogging" in str(value):
                    yield "calls of models"


def _is_one(value: Mapping[str, Json]) -> bool:
    return any(SWITCH.fullmatch(name) for name in value)


def _mappings(value: Json) -> Iterator[Mapping[str, Json]]:
    if isinstance(value, str) and (inner := written_out(value)) is not None:
        value = inner
    if isinstance(value, Mapping):
        yield value
        for each in value.values():
            yield from _mappings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _mappings(each)
