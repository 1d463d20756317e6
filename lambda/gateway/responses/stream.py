"""From ConverseStream's events to those of OpenAI's response, each a server-sent event."""

from __future__ import annotations

import json

from gateway.responses.output import call, complete, finish, message, status_of, text_part
from gateway.responses.whole import begun, ended

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from gateway.dialect import Head
    from gateway.errors import GatewayError
    from gateway.grounds import Shown
    from gateway.knowledge import Passage

_TEXT, _CALL = "response.output_text", "response.function_call_arguments"


def renderer(head: Head) -> ItemEvents:
    return ItemEvents(head)


class ItemEvents:
    """The items one after the other. One is done when the next begins, or the answer ends: only
    then is it known whether it is the last one, which says how the answer stopped."""

    def __init__(self, head: Head) -> None:
        self._head = head
        self._items: list[dict[str, Any]] = []
        self._number = 0  # of the next event
        self._pieces: list[str] = []  # of the item that is being said
        self._over = True  # whether nothing more comes of it
        self._before = ""  # what stands before the number of each of its deltas
        self._place: dict[str, Any] = {}

    def start(self) -> bytes:
        # The request's instructions and tools are in it: written once for both.
        response = '"response":' + _json(begun(self._head))
        return self._told("response.created", response) + self._told(
            "response.in_progress", response
        )

    def delta(self, event: Mapping[str, Any]) -> bytes:
        if "contentBlockDelta" in event:
            delta = event["contentBlockDelta"]["delta"]
            if "text" in delta:
                return self._words(delta["text"])
            return self._piece(delta["toolUse"]["input"]) if "toolUse" in delta else b""
        if "contentBlockStart" in event:
            start = event["contentBlockStart"]["start"]
            return self._call(start["toolUse"]) if "toolUse" in start else b""
        self._over = True
        return b""

    def end(self, stop: str, usage: Mapping[str, Any], shown: Shown) -> bytes:
        done = self._done(stop, shown.passages)
        response = ended(self._head, self._items, stop, usage, shown)
        return done + self._event(f"response.{status_of(stop)}", response=response)

    def failed(self, error: GatewayError) -> bytes:
        """Two events. Who reads types finds the first, or the second; OpenAI's clients raise what
        they find under `error`, whatever the type."""
        told = error.body["error"]
        # Of OpenAI's codes in a response, these two are about the service and not the request.
        code = told["code"] if told["code"] == "rate_limit_exceeded" else "server_error"
        failure = {"code": code, "message": told["message"]}
        response = begun(self._head, "failed", error=failure)
        flat = {name: told[name] for name in ("code", "message", "param")}
        return self._event("response.failed", response=response) + self._event(
            "error", **flat, error=told
        )

    def _words(self, text: str) -> bytes:
        if not text:
            return b""
        opened = self._message() if self._over else b""
        return opened + self._piece(text)

    def _piece(self, piece: str) -> bytes:
        if not piece:
            return b""
        self._pieces.append(piece)
        number = self._number
        self._number += 1
        return f'{self._before}{number},"delta":{json.dumps(piece)}}}\n\n'.encode()

    def _message(self) -> bytes:
        item = message(self._head.request_id, len(self._items))
        opened = self._open(item, _TEXT, content_index=0, logprobs=[])
        place = {**self._place, "content_index": 0}
        return opened + self._event("response.content_part.added", **place, part=text_part(""))

    def _call(self, use: Mapping[str, Any]) -> bytes:
        return self._open(call(self._head.request_id, len(self._items), use), _CALL)

    def _open(self, item: dict[str, Any], kind: str, **more: Any) -> bytes:
        """Begin an item; its deltas are most of a stream, so what stands in each is made once."""
        done = self._done()
        index = len(self._items)
        self._items.append(item)
        self._pieces, self._over = [], False
        self._place = {"item_id": item["id"], "output_index": index}
        fields = _json({"type": f"{kind}.delta", **self._place, **more})[1:-1]
        self._before = f'event: {kind}.delta\ndata: {{{fields},"sequence_number":'
        return done + self._event("response.output_item.added", output_index=index, item=item)

    def _done(self, stop: str = "end_turn", passages: Sequence[Passage] = ()) -> bytes:
        """End the item that is being said, if one is; `stop` and `passages` are for the last."""
        if not self._items:
            return b""
        item, index = self._items[-1], len(self._items) - 1
        is_call = item["type"] == "function_call"
        # A call without arguments is a call with an empty object, which clients parse.
        said = self._piece("{}") if is_call and not self._pieces else b""
        complete(item, "".join(self._pieces))
        finish(item, stop, passages)
        said += self._end_of_call(item) if is_call else self._end_of_message(item)
        return said + self._event("response.output_item.done", output_index=index, item=item)

    def _end_of_call(self, item: Mapping[str, Any]) -> bytes:
        return self._event(f"{_CALL}.done", **self._place, arguments=item["arguments"])

    def _end_of_message(self, item: Mapping[str, Any]) -> bytes:
        place, [part] = {**self._place, "content_index": 0}, item["content"]
        said = b""
        for i, annotation in enumerate(part["annotations"]):
            cited = {"annotation_index": i, "annotation": annotation}
            said += self._event(f"{_TEXT}.annotation.added", **place, **cited)
        said += self._event(f"{_TEXT}.done", **place, text=part["text"], logprobs=[])
        return said + self._event("response.content_part.done", **place, part=part)

    def _event(self, type: str, **fields: Any) -> bytes:
        return self._told(type, _json(fields)[1:-1])

    def _told(self, type: str, fields: str) -> bytes:
        number = self._number
        self._number += 1
        data = f'{{"type":"{type}","sequence_number":{number},{fields}}}'
        return f"event: {type}\ndata: {data}\n\n".encode()


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"))
