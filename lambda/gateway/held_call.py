"""A streamed tool call that nobody has seen yet: its events, until they are judged."""

from __future__ import annotations

import json

from gateway.failures import UpstreamFailure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    Event = dict[str, Any]


class HeldCall:
    """Takes one call after the other; a block of a stream ends before the next begins."""

    def __init__(self) -> None:
        self._events: list[Event] = []

    @property
    def is_open(self) -> bool:
        """Whether a call has begun that was not released."""
        return bool(self._events)

    @property
    def is_whole(self) -> bool:
        return self.is_open and "contentBlockStop" in self._events[-1]

    def takes(self, event: Event) -> bool:
        """Whether the event is of a call; then it is held."""
        if not self._events and not _begins(event):
            return False
        self._events.append(event)
        return True

    @property
    def use(self) -> dict[str, Any]:
        """The whole call as Converse's toolUse; its input stays text where it is no JSON."""
        start, *middle, _ = self._events
        if "contentBlockStart" not in start:
            raise UpstreamFailure("the model's stream has a call without its name")
        deltas = (event["contentBlockDelta"]["delta"]["toolUse"]["input"] for event in middle)
        text = "".join(deltas)
        try:
            given = json.loads(text or "{}")
        except ValueError:
            given = text
        return {**start["contentBlockStart"]["start"]["toolUse"], "input": given}

    def released(self, *, masked: Mapping[str, Any] | None, instead: str | None) -> list[Event]:
        """What may be told of the call: as it came, as it is `masked`, or the text `instead`."""
        events, self._events = self._events, []
        if instead is not None:
            return [_delta({"text": instead}), {"contentBlockStop": {}}]
        if masked is None:
            return events
        text = json.dumps(masked["input"], ensure_ascii=False)
        return [events[0], _delta({"toolUse": {"input": text}}), events[-1]]


def _begins(event: Event) -> bool:
    """A delta without its start is held as well: what is wrong with it comes out at the end."""
    start = event.get("contentBlockStart", {}).get("start", {})
    return "toolUse" in start or "toolUse" in event.get("contentBlockDelta", {}).get("delta", {})


def _delta(delta: Mapping[str, Any]) -> Event:
    return {"contentBlockDelta": {"delta": delta}}
