"""How the fault server plays each fault of the outcome table, and each that a stream can have."""

from __future__ import annotations

import json

from scripted import converse_reply

from tests.faults.server import Behaviour, drips, ends, hangs, refuses, replies, resets, says
from tests.faults.streams import FAULTS, POSITIONS, broken

_ANSWER = converse_reply("34 days.")
_TEXT = json.dumps(_ANSWER).encode()
_HALF = _TEXT[: len(_TEXT) // 2]
_CUT = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(_TEXT), _HALF)
_CLOSING = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + _HALF

BEHAVIOURS: dict[str, Behaviour] = {
    "throttled": refuses(429, "ThrottlingException"),
    "not ready": refuses(429, "ModelNotReadyException"),
    "model timed out": refuses(408, "ModelTimeoutException"),
    "model failed": refuses(424, "ModelErrorException"),
    "internal error": refuses(500, "InternalServerException"),
    "bad gateway": replies(502, b"<html>Bad Gateway</html>"),
    "unavailable": refuses(503, "ServiceUnavailableException"),
    "gateway timeout": replies(504, b""),
    "invalid": refuses(400, "ValidationException"),
    "over a quota": refuses(400, "ServiceQuotaExceededException"),
    "denied": refuses(403, "AccessDeniedException"),
    "not found": refuses(404, "ResourceNotFoundException"),
    "reset before the answer": resets,
    "reset on a kept connection": resets,
    "closed without a word": ends,
    "reset in the body": says(_CUT, resets),
    "cut": says(_CUT, ends),
    "cut without a length": says(_CLOSING, ends),
    "empty": replies(200, b""),
    "garbage": replies(200, b"[1"),
    "half an answer": replies(200, {k: v for k, v in _ANSWER.items() if k != "usage"}),
    "bad content": replies(200, {**_ANSWER, "output": {"message": {"content": "34"}}}),
    "unknown end": replies(200, {**_ANSWER, "stopReason": "malformed_model_output"}),
    "hang": hangs,
    "stall": says(_CUT, hangs),
    "drip": drips,
}

# The fault of a connection that an earlier request has left open.
ON_A_KEPT_CONNECTION = "reset on a kept connection"

# Those of an answer's head, before a stream could begin.
AT_THE_HEAD = "at the head"
_HEADS = (
    "throttled",
    "not ready",
    "model timed out",
    "model failed",
    "internal error",
    "bad gateway",
    "unavailable",
    "gateway timeout",
    "invalid",
    "over a quota",
    "denied",
    "not found",
    "reset before the answer",
    "closed without a word",
    "hang",
)

# Of ConverseStream, by the fault and where in the answer it happens.
STREAM_BEHAVIOURS: dict[tuple[str, str], Behaviour] = {
    **{(fault, AT_THE_HEAD): BEHAVIOURS[fault] for fault in _HEADS},
    ("no stream", AT_THE_HEAD): replies(200, _ANSWER),
    ("empty", AT_THE_HEAD): replies(200, b""),
    **{(fault, position): broken(fault, position) for fault in FAULTS for position in POSITIONS},
}
