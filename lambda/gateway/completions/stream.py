"""From ConverseStream's events to OpenAI's chunks, each a server-sent event."""

from __future__ import annotations

import json

from gateway.completions.whole import url_citations, usage_of
from gateway.stops import FINISH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from gateway.dialect import Head
    from gateway.errors import GatewayError
    from gateway.grounds import Shown


def renderer(head: Head) -> Chunks:
    return Chunks(head)


class Chunks:
    """OpenAI's chat.completion.chunk, and `[DONE]` after the last one."""

    def __init__(self, head: Head) -> None:
        self._head = {
            "id": f"chatcmpl-{head.request_id}",
            "object": "chat.completion.chunk",
            "created": head.created,
            "model": head.target.id,
        }
        self._with_usage = head.asked.echo.get("include_usage", False)
        self._calls, self._in_call, self._said_length = -1, False, 0
        # A text is most of a stream: what is around it is made once.
        before, after = self._chunk({"content": "\0"}).split(b'"\\u0000"')
        self._text = before, after

    def start(self) -> bytes:
        return self._chunk({"role": "assistant", "content": "", "refusal": None})

    def delta(self, event: Mapping[str, Any]) -> bytes:
        if "contentBlockDelta" in event:
            delta = event["contentBlockDelta"]["delta"]
            if "text" in delta:
                return self._words(delta["text"])
            return self._arguments(delta["toolUse"]["input"]) if "toolUse" in delta else b""
        if "contentBlockStart" in event:
            return self._call(event["contentBlockStart"]["start"])
        return self._end_of_block()

    def end(self, stop: str, usage: Mapping[str, Any], shown: Shown) -> bytes:
        said = b""
        if told := shown.told():
            cited = url_citations(shown.passages, self._said_length)
            said = self._chunk({"annotations": cited} if cited else {}, **told)
        said += self._chunk({}, finish=FINISH[stop])
        if self._with_usage:
            said += _event({**self._head, "choices": [], "usage": usage_of(usage)})
        return said + b"data: [DONE]\n\n"

    def failed(self, error: GatewayError) -> bytes:
        """OpenAI's clients raise what they find under `error`; no `[DONE]` follows."""
        return _event(error.body)

    def _words(self, text: str) -> bytes:
        self._said_length += len(text)
        before, after = self._text
        return before + json.dumps(text).encode() + after

    def _call(self, start: Mapping[str, Any]) -> bytes:
        if "toolUse" not in start:
            return b""
        self._calls, self._in_call, self._empty = self._calls + 1, True, True
        use = start["toolUse"]
        function = {"name": use["name"], "arguments": ""}
        call = {"index": self._calls, "id": use["toolUseId"], "type": "function"}
        return self._chunk({"tool_calls": [{**call, "function": function}]})

    def _arguments(self, piece: str) -> bytes:
        if not piece:
            return b""
        self._empty = False
        call = {"index": self._calls, "function": {"arguments": piece}}
        return self._chunk({"tool_calls": [call]})

    def _end_of_block(self) -> bytes:
        """A call without arguments is a call with an empty object, which clients parse."""
        nothing_said = self._in_call and self._empty
        self._in_call = False
        return self._arguments("{}") if nothing_said else b""

    def _chunk(self, delta: Mapping[str, Any], finish: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        usage = {"usage": None} if self._with_usage else {}
        return _event({**self._head, "choices": [choice], **usage, **more})


def _event(value: Mapping[str, Any]) -> bytes:
    return b"data: %b\n\n" % json.dumps(value, separators=(",", ":")).encode()
