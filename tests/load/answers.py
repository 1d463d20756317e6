"""Whether an answer is what was asked for: whole, an explicit error, or silently neither."""

from __future__ import annotations

import json
from typing import Any

from tests.bench.frames import text
from tests.load.results import Result

COMPLETE, REFUSED, LEFT = "complete", "explicit error", "left"
# A connection that ended before the answer did: every client notices, but a server must have died.
LOST, BROKEN = "no answer", "broken off"
# What must never happen.
TRUNCATED, WRONG = "silently truncated", "wrong or doubled"


def outcome(result: Result, expected: str = text(20)) -> str:
    """Of a chat completion that says `expected` if all goes well."""
    if result.error == "left":
        return LEFT
    if not result.data:
        return LOST
    if result.error:
        return BROKEN
    if b"text/event-stream" in result.data.partition(b"\r\n\r\n")[0]:
        return _of_stream(result.body, expected)
    return _of_whole(result, expected)


def _of_whole(result: Result, expected: str) -> str:
    try:
        body = json.loads(result.body)
    except ValueError:
        return TRUNCATED
    if result.status != 200:
        return REFUSED if _is_error(body) else WRONG
    (choice,) = body["choices"]
    is_right = choice["message"]["content"] == expected and choice["finish_reason"] == "stop"
    return COMPLETE if is_right else WRONG


def _of_stream(body: bytes, expected: str) -> str:
    *events, last = body.decode().rstrip("\n").split("\n\n")
    chunks = [json.loads(event.removeprefix("data: ")) for event in events]
    if last != "data: [DONE]":
        chunks.append(json.loads(last.removeprefix("data: ")))
    choices = [choice for chunk in chunks for choice in chunk.get("choices", ())]
    said = "".join(choice["delta"].get("content") or "" for choice in choices)
    if any(_is_error(chunk) for chunk in chunks):
        return REFUSED if expected.startswith(said) else WRONG
    is_ended = last == "data: [DONE]" and choices[-1]["finish_reason"] == "stop"
    if not is_ended:
        return TRUNCATED
    return COMPLETE if said == expected else WRONG


def _is_error(body: Any) -> bool:
    return isinstance(body.get("error"), dict) and bool(body["error"].get("message"))
