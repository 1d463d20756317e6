"""From Converse's answer to Anthropic's message."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from gateway.chat_request import ChatRequest
    from gateway.dialect import Head
    from gateway.grounds import Shown

# Converse has Anthropic's own reasons, and two more for what a policy has stopped.
_REFUSED = ("guardrail_intervened", "content_filtered")


def whole(head: Head, answer: Mapping[str, Any], shown: Shown) -> dict[str, Any]:
    """Anthropic's message; the passages are under `x_strata`: its own are of callers' documents."""
    message = begun(head)
    message["content"] = list(_content(answer["output"]["message"]["content"]))
    message |= stopped(answer["stopReason"], head.asked)
    message["usage"] = usage_of(answer["usage"])
    return message | shown.told()


def begun(head: Head) -> dict[str, Any]:
    """A message of which nothing has been said yet."""
    return {
        "id": f"msg_{head.request_id}",
        "type": "message",
        "role": "assistant",
        "model": head.target.id,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage_of({}),
    }


def stopped(reason: str, asked: ChatRequest) -> dict[str, Any]:
    """Converse does not say which sequence it was; of one alone it is known all the same."""
    stops = asked.parameters.get("stop", [])
    known = reason == "stop_sequence" and len(stops) == 1
    return {
        "stop_reason": "refusal" if reason in _REFUSED else reason,
        "stop_sequence": stops[0] if known else None,
    }


def usage_of(usage: Mapping[str, int]) -> dict[str, int]:
    """Both count what a cache gave or took apart from the input."""
    return {
        "input_tokens": usage.get("inputTokens", 0),
        "cache_creation_input_tokens": usage.get("cacheWriteInputTokens", 0),
        "cache_read_input_tokens": usage.get("cacheReadInputTokens", 0),
        "output_tokens": usage.get("outputTokens", 0),
    }


def tool_use(use: Mapping[str, Any], input: object) -> dict[str, Any]:
    return {"type": "tool_use", "id": use["toolUseId"], "name": use["name"], "input": input}


def redacted(data: str) -> dict[str, Any]:
    """`data` is base64, as it came: nobody but the model's maker can read it."""
    return {"type": "redacted_thinking", "data": data}


def _content(blocks: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for block in blocks:
        if block.get("text"):  # Anthropic has no empty texts, and takes none back
            yield {"type": "text", "text": block["text"]}
        elif "toolUse" in block:
            yield tool_use(block["toolUse"], block["toolUse"]["input"])
        elif "reasoningContent" in block:
            yield from _thinking(block["reasoningContent"])


def _thinking(reasoning: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    said = reasoning.get("reasoningText", {})
    text, signature = said.get("text", ""), said.get("signature", "")
    if text or signature:
        yield {"type": "thinking", "thinking": text, "signature": signature}
    if "redactedContent" in reasoning:
        yield redacted(reasoning["redactedContent"])
