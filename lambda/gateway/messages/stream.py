"""From ConverseStream's events to Anthropic's, each a server-sent event."""

from __future__ import annotations

import json

from gateway.messages.errors import error as error_body
from gateway.messages.whole import begun, redacted, stopped, tool_use, usage_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from gateway.dialect import Head
    from gateway.errors import GatewayError
    from gateway.grounds import Shown

# The kinds of block, by what their deltas begin with; a redacted one has none.
_TEXT = '{"type":"text_delta","text":'
_THINKING = '{"type":"thinking_delta","thinking":'
_TOOL_USE = '{"type":"input_json_delta","partial_json":'
_REDACTED = ""
_SIGNATURE = '{"type":"signature_delta","signature":'
# Bedrock does not say when these begin.
_EMPTY = {
    _TEXT: {"type": "text", "text": ""},
    _THINKING: {"type": "thinking", "thinking": "", "signature": ""},
}


def renderer(head: Head) -> Events:
    return Events(head)


class Events:
    """Anthropic's events, from message_start to message_stop.

    Its blocks are counted here: one of which nothing comes is none to its clients.
    """

    def __init__(self, head: Head) -> None:
        self._head = head
        self._index, self._signature = -1, ""
        self._open: str | None = None
        self._before = b""  # each piece of the open block; made once

    def start(self) -> bytes:
        return _event({"type": "message_start", "message": begun(self._head)})

    def delta(self, event: Mapping[str, Any]) -> bytes:
        if "contentBlockDelta" in event:
            return self._delta(event["contentBlockDelta"]["delta"])
        if "contentBlockStart" in event:
            return self._start(event["contentBlockStart"]["start"])
        return self._stop()

    def end(self, stop: str, usage: Mapping[str, Any], shown: Shown) -> bytes:
        """All of the usage is here: at the start nobody knew any."""
        told = {
            "type": "message_delta",
            "delta": stopped(stop, self._head.asked),
            "usage": usage_of(usage),
            **shown.told(),
        }
        return self._stop() + _event(told) + _event({"type": "message_stop"})

    def failed(self, error: GatewayError) -> bytes:
        """Anthropic's clients raise it; no message_stop follows."""
        return _event(error_body(error, self._head.request_id))

    def _delta(self, delta: Mapping[str, Any]) -> bytes:
        if "text" in delta:
            return self._say(_TEXT, delta["text"])
        if "toolUse" in delta:
            return self._say(_TOOL_USE, delta["toolUse"]["input"])
        return self._think(delta["reasoningContent"]) if "reasoningContent" in delta else b""

    def _say(self, kind: str, piece: str) -> bytes:
        if not piece:
            return b""
        begun = self._in(kind)
        return b"%b%b%b}}\n\n" % (begun, self._before, json.dumps(piece).encode())

    def _think(self, delta: Mapping[str, Any]) -> bytes:
        if "redactedContent" in delta:
            return self._begin(_REDACTED, redacted(delta["redactedContent"]))
        if not delta.get("signature"):
            return self._say(_THINKING, delta.get("text", ""))
        begun = self._in(_THINKING)
        self._signature += delta["signature"]  # clients want it whole, at the block's end
        return begun

    def _start(self, start: Mapping[str, Any]) -> bytes:
        return self._begin(_TOOL_USE, tool_use(start["toolUse"], {})) if "toolUse" in start else b""

    def _in(self, kind: str) -> bytes:
        """What it takes to be in a block of this kind: nothing, unless it is the first piece."""
        return b"" if self._open == kind else self._begin(kind, _EMPTY[kind])

    def _begin(self, kind: str, block: Mapping[str, Any]) -> bytes:
        ended = self._stop()
        self._index, self._open = self._index + 1, kind
        self._before = _before(self._index, kind)
        start = {"type": "content_block_start", "index": self._index, "content_block": block}
        return ended + _event(start)

    def _stop(self) -> bytes:
        if self._open is None:
            return b""
        signed = b""
        if self._signature:
            signature = json.dumps(self._signature).encode()
            signed = b"%b%b}}\n\n" % (_before(self._index, _SIGNATURE), signature)
        self._open, self._signature = None, ""
        return signed + _event({"type": "content_block_stop", "index": self._index})


def _before(index: int, kind: str) -> bytes:
    data = f'{{"type":"content_block_delta","index":{index},"delta":{kind}'
    return f"event: content_block_delta\ndata: {data}".encode()


def _event(data: Mapping[str, Any]) -> bytes:
    text = json.dumps(data, separators=(",", ":"))
    return f"event: {data['type']}\ndata: {text}\n\n".encode()
