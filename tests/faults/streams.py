"""What a model that streams can do: a fault of FAULTS at a position of POSITIONS.

server.behaviours = {"prof1": broken("stall", "after the first")}
server.behaviours = {"prof1": talks(every_s=0.01)}  # until the client hangs up
"""

from __future__ import annotations

import itertools
import select
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import botocore.session
import frames
from peers import Line
from scripted import stream_reply

from tests.faults.answers import Behaviour, HungUp, ends, hangs, resets, told

# messageStart, four times contentBlockDelta, contentBlockStop, messageStop, metadata.
EVENTS = stream_reply(["34", " ", "days", "."])

# How many events have come when it goes wrong; the head of the answer has in any case.
POSITIONS = {
    "before the first": 0,
    "after the first": 1,
    "in the middle": 3,
    "before the stop": 6,
    "before the last": 7,
}

_HEAD = (
    b"HTTP/1.1 200 OK\r\n"
    b"content-type: application/vnd.amazon.eventstream\r\n"
    b"transfer-encoding: chunked\r\n\r\n"
)

# What happens instead of the frames that were to come, of which there is one at least.
Fault = Callable[[Line, list[bytes]], bool]


def streams(events: Iterable[Mapping[str, Any]] = EVENTS, *, every_s: float = 0.0) -> Behaviour:
    """A whole answer, an event now and then; raises HungUp when the client goes in between."""

    def stream(line: Line) -> bool:
        line.sock.sendall(_HEAD)
        for event in events:
            _send(line, frames.event(event))
            _wait(line, every_s)
        return _finish(line)

    return stream


def talks(*, every_s: float) -> Behaviour:
    """An answer that never ends."""
    start, delta = EVENTS[:2]
    return lambda line: streams(itertools.chain([start], itertools.repeat(delta)), every_s=every_s)(
        line
    )


def broken(fault: str, position: str) -> Behaviour:
    """The answer of `streams()` as far as the position, and then the fault."""
    count = POSITIONS[position]

    def breaks(line: Line) -> bool:
        line.sock.sendall(_HEAD)
        coming = [frames.event(event) for event in EVENTS]
        for frame in coming[:count]:
            _send(line, frame)
        return FAULTS[fault](line, coming[count:])

    return breaks


def _send(line: Line, frame: bytes) -> None:
    line.sock.sendall(b"%x\r\n%b\r\n" % (len(frame), frame))


def _finish(line: Line) -> bool:
    line.sock.sendall(b"0\r\n\r\n")
    return True


def _wait(line: Line, seconds: float) -> None:
    """A client that has asked has nothing more to say: what comes is its end."""
    poll = select.poll()
    poll.register(line.sock, select.POLLIN)
    if poll.poll(seconds * 1000):
        raise HungUp


def _fails_with(frame: bytes) -> Fault:
    """Bedrock says what went wrong and ends the answer in good order."""

    def fails(line: Line, coming: list[bytes]) -> bool:
        _send(line, frame)
        return _finish(line)

    return fails


def _spoils(spoilt: Callable[[bytes], bytes]) -> Fault:
    """The next frame is not as it should be, and the others follow."""

    def spoils(line: Line, coming: list[bytes]) -> bool:
        for frame in (spoilt(coming[0]), *coming[1:]):
            _send(line, frame)
        return _finish(line)

    return spoils


def _half_a_chunk(then: Behaviour) -> Fault:
    def cuts(line: Line, coming: list[bytes]) -> bool:
        line.sock.sendall(b"%x\r\n%b" % (len(coming[0]), coming[0][: len(coming[0]) // 2]))
        return then(line)

    return cuts


def _drips(line: Line, coming: list[bytes]) -> bool:
    line.sock.sendall(b"100000\r\n")
    line.drip(frames.prelude(0x100000, 0) + b" " * 0x100000, every_s=0.02)
    return False


def _exceptions() -> dict[str, Fault]:
    """Those that botocore's model has, by the name of the member."""
    service = botocore.session.get_session().get_service_model("bedrock-runtime")
    members = service.operation_model("ConverseStream").output_shape.members["stream"].members
    return {
        name: _fails_with(frames.exception(name, told(name)))
        for name, shape in members.items()
        if shape.metadata.get("exception")
    }


FAULTS: dict[str, Fault] = {
    **_exceptions(),
    "an unknown error": _fails_with(frames.error("InternalFailure", told("InternalFailure"))),
    "reset": lambda line, _: resets(line),
    "stall": lambda line, _: hangs(line),
    "stall in a frame": _half_a_chunk(hangs),
    "drip": _drips,
    "cut": lambda line, _: ends(line),
    "cut in a frame": _half_a_chunk(ends),
    "reset in a frame": _half_a_chunk(resets),
    "half a frame": lambda line, coming: _fails_with(coming[0][:-5])(line, coming),
    "clean end": lambda line, _: _finish(line),
    "bad checksum": _spoils(lambda frame: frames.flipped(frame, len(frame) - 9)),
    "bad prelude": _spoils(lambda frame: frames.flipped(frame, 2)),
    "bad payload": _spoils(
        lambda _: frames.frame({":message-type": "event", ":event-type": "messageStart"}, b"[1")
    ),
}
