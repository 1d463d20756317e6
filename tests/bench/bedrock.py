"""What Bedrock answers, made before it is asked for.

A model whose id ends in `-20x50` streams 20 words, one every 50 ms; any other streams 20 at once.
"""

from __future__ import annotations

import functools
import json
import re
from typing import NamedTuple

from tests.bench.frames import conversation, text, usage

WORDS = 20
_REQUEST_ID = b"x-amzn-requestid: 6f1f6f0e-2f5c-4a2b-9d5c-0c9f3f1f7b11\r\n"
_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n" + _REQUEST_ID
) + b"content-length: %d\r\n\r\n"
_STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\n" + _REQUEST_ID
) + b"transfer-encoding: chunked\r\n\r\n"
_PACE = re.compile(rb"-(\d+)x(\d+)(?:/|%2F)", re.IGNORECASE)


class Pace(NamedTuple):
    """What a model's stream is made of."""

    chunks: tuple[bytes, ...]
    every_s: float


def whole(body: object) -> bytes:
    """A JSON answer, head included."""
    data = json.dumps(body, separators=(",", ":")).encode()
    return _HEAD % len(data) + data


CONVERSE = whole(
    {
        "metrics": {"latencyMs": 1},
        "output": {"message": {"role": "assistant", "content": [{"text": text(WORDS)}]}},
        "stopReason": "end_turn",
        "usage": usage(WORDS),
    }
)
INVOKE = whole({"embedding": [0.0625] * 256, "inputTextTokenCount": 4})


def pace(target: bytes) -> Pace:
    """Of the model that a request line names."""
    found = _PACE.search(target)
    return _pace(int(found[1]), int(found[2])) if found else _pace(WORDS, 0)


@functools.cache
def _pace(words: int, every_ms: int) -> Pace:
    """The head leaves with the first word; what ends the answer leaves together."""
    start, *said, block_stop, stop, told = (
        b"%x\r\n%b\r\n" % (len(frame), frame) for frame in conversation(words)
    )
    said[0] = _STREAM_HEAD + start + said[0]
    return Pace((*said, block_stop + stop + told + b"0\r\n\r\n"), every_ms / 1000)
