"""The items that an answer consists of: a message for each text, and the calls of functions."""

from __future__ import annotations

from gateway.stops import BLOCKED, FINISH, LENGTH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from gateway.knowledge import Passage

# Why an answer is not all that the model would have said.
INCOMPLETE = {LENGTH: "max_output_tokens", BLOCKED: "content_filter"}


def message(request_id: str, index: int) -> dict[str, Any]:
    """Of which no word has been said yet."""
    item = {"id": f"msg_{request_id}_{index}", "type": "message", "status": "in_progress"}
    return {**item, "role": "assistant", "content": []}


def call(request_id: str, index: int, use: Mapping[str, Any]) -> dict[str, Any]:
    """Of one of the caller's functions; its arguments are still to come."""
    item = {"id": f"fc_{request_id}_{index}", "type": "function_call", "status": "in_progress"}
    return {**item, "call_id": use["toolUseId"], "name": use["name"], "arguments": ""}


def text_part(text: str) -> dict[str, Any]:
    return {"type": "output_text", "annotations": [], "logprobs": [], "text": text}


def complete(item: dict[str, Any], said: str) -> None:
    """`said` is the message's text, or the call's arguments."""
    item["status"] = "completed"
    if item["type"] == "message":
        item["content"] = [text_part(said)]
    else:
        item["arguments"] = said


def finish(last: dict[str, Any], stop: str, passages: Sequence[Passage]) -> None:
    """How an answer stops is how its last item stops; words cite, a call does not."""
    last["status"] = status_of(stop)
    for part in last.get("content", ()):
        part["annotations"] = [_annotation(passage, len(part["text"])) for passage in passages]


def status_of(stop: str) -> str:
    return "incomplete" if FINISH[stop] in INCOMPLETE else "completed"


def _annotation(passage: Passage, end: int) -> dict[str, Any]:
    """All of the words, up to `end`, are said to come from the passage."""
    title = passage.document.rpartition("/")[2]
    place = {"start_index": 0, "end_index": end}
    return {"type": "url_citation", **place, "title": title, "url": passage.document}
