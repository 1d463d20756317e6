"""What stands in the queue of a knowledge base's sync: changes in S3, and notes to ourselves."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

LONGEST_DELAY = 900  # seconds; SQS delays no message longer


@dataclass(frozen=True)
class Changed:
    """An object was made, overwritten or deleted."""

    bucket: str
    key: str


@dataclass(frozen=True)
class Everything:
    """Every data source is to be compared with its index: the nightly net."""


@dataclass(frozen=True)
class Again:
    """A data source is to be synced, for the so-manieth time after something failed."""

    source: str
    attempt: int


@dataclass(frozen=True)
class Watch:
    """A job is to be looked at: whether it has ended, and how."""

    source: str
    job: str
    attempt: int


Message = Changed | Everything | Again | Watch
NOTES: Mapping[str, type[Again] | type[Watch]] = {"again": Again, "watch": Watch}


class Queue(Protocol):
    """Where notes are left for later."""

    def leave(self, note: Again | Watch, delay: int) -> None: ...


class SqsQueue:
    """The sync's own queue; `delay` is in seconds."""

    def __init__(self, sqs: "SQSClient", url: str) -> None:
        self._sqs, self._url = sqs, url

    def leave(self, note: Again | Watch, delay: int) -> None:
        self._sqs.send_message(
            QueueUrl=self._url, MessageBody=written(note), DelaySeconds=min(delay, LONGEST_DELAY)
        )


def written(note: Again | Watch) -> str:
    """A note as `read` reads it."""
    kind = next(kind for kind, made in NOTES.items() if isinstance(note, made))
    return json.dumps({kind: asdict(note)})


def read(body: str) -> Message:
    """What a message says; raises ValueError for one that says nothing known."""
    told = json.loads(body)
    try:
        return _read(told)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"not a message of the sync: {type(error).__name__}") from None


def _read(told: Any) -> Message:
    if told.get("sync") == "all":
        return Everything()
    for kind, made in NOTES.items():
        if kind in told:
            return made(**told[kind])
    detail = told["detail"]
    return Changed(detail["bucket"]["name"], detail["object"]["key"])
