"""What comes of each fault of a stream, by where it happens; outcomes.py writes the table."""

from __future__ import annotations

from typing import NamedTuple

from tests.faults.behaviours import AT_THE_HEAD, STREAM_BEHAVIOURS
from tests.faults.outcomes import OUTCOMES
from tests.faults.streams import FAULTS, POSITIONS

BEGIN = "<!-- stream outcomes: made by python -m tests.faults.outcomes -->"

# No word of the model's has come yet, so nobody has been told anything: another may be asked.
SILENT = (AT_THE_HEAD, "before the first", "after the first")
# The model has said why it stopped; what is missing is its count of tokens.
SAID_ALL = "before the last"

# What a caller without a fallback gets while the model is silent.
_HEADS = {outcome.fault: (outcome.status, outcome.next) for outcome in OUTCOMES}
_EVENTS = {
    "throttlingException": (429, True),
    "validationException": (400, False),
    "stall": (504, True),
    "stall in a frame": (504, True),
    "drip": (504, True),
}
_ANY_OTHER = (502, True)


class StreamOutcome(NamedTuple):
    """`status` 200 with `broken` is an answer that ends in an error event; `model` says whose."""

    status: int
    broken: bool
    from_next: bool


def outcome(fault: str, position: str, *, fallback: bool) -> StreamOutcome:
    """What a caller gets, without a fallback or with one that is well."""
    if position in SILENT:
        known = _HEADS if position == AT_THE_HEAD else _EVENTS
        status, goes_on = known.get(fault, _ANY_OTHER)
        rescued = fallback and goes_on
        return StreamOutcome(200 if rescued else status, False, rescued)
    return StreamOutcome(200, position != SAID_ALL, False)


def table() -> str:
    """A row a fault, a column a place."""
    rows = [
        "| fault | before the model's first word | and with a fallback | among its words | "
        "after its reason to stop |",
        "|---|---|---|---|---|",
        *(_row(fault) for fault in dict.fromkeys(fault for fault, _ in STREAM_BEHAVIOURS)),
    ]
    return "\n".join([BEGIN, *rows, "<!-- end -->"])


def _row(fault: str) -> str:
    silent = AT_THE_HEAD if (fault, AT_THE_HEAD) in STREAM_BEHAVIOURS else SILENT[1]
    alone = outcome(fault, silent, fallback=False)
    rescued = outcome(fault, silent, fallback=True)
    later = ("an error event, no end", "the whole answer") if fault in FAULTS else ("–", "–")
    helped = "200 from the next model" if rescued.from_next else str(rescued.status)
    return "| " + " | ".join([fault, str(alone.status), helped, *later]) + " |"


CELLS = [
    (fault, position, fallback)
    for fault, position in STREAM_BEHAVIOURS
    for fallback in (False, True)
]
assert set(POSITIONS) >= {*SILENT[1:], SAID_ALL}
