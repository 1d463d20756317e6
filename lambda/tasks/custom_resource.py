"""Answers CloudFormation for a custom resource: exactly one PUT for a request, whatever happens.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
"""

import json
import traceback
from collections.abc import Callable, Mapping
from typing import Any
from urllib.request import Request, urlopen

Event = Mapping[str, Any]
Put = Callable[..., Any]
REASON_CHARACTERS = 900  # an answer of more than 4,096 bytes is refused


class Failed(Exception):
    """The work could not be done; the text is shown to whoever deploys."""


def _nothing() -> None:
    """What a deletion does unless it is told otherwise."""


def answer(
    event: Event,
    work: Callable[[], None],
    put: Put = urlopen,
    undo: Callable[[], None] = _nothing,
) -> None:
    """Do the work of a creation or an update, undo it for a deletion, and say how it went.

    Raises what `put` raises: Lambda then runs the request again, as it does with any event.
    """
    request = Request(
        event["ResponseURL"],
        data=json.dumps(
            _body(event, _failure(event, undo if event["RequestType"] == "Delete" else work))
        ).encode(),
        method="PUT",
        headers={"Content-Type": ""},  # the URL is signed for none
    )
    with put(request, timeout=20):
        pass


def _failure(event: Event, work: Callable[[], None]) -> str | None:
    try:
        work()
    except Failed as failed:
        return str(failed)
    except Exception as error:
        # Its text may quote the request: only its kind and its place are told.
        print("".join(traceback.format_tb(error.__traceback__)))
        return f"{type(error).__name__} in {event['LogicalResourceId']}; see the function's log"
    return None


def _body(event: Event, failure: str | None) -> dict[str, str]:
    echoed = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    return {
        **echoed,
        "Status": "FAILED" if failure else "SUCCESS",
        "Reason": (failure or "")[:REASON_CHARACTERS],
        # Another id would make CloudFormation delete what has the old one.
        "PhysicalResourceId": event.get("PhysicalResourceId", event["LogicalResourceId"]),
    }
