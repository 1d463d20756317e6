"""From Converse's answer back to OpenAI's chat completion."""

from __future__ import annotations

import json

from gateway.errors import bad_gateway

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from gateway.settings import Target

_FINISH = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "guardrail_intervened": "content_filter",
    "content_filtered": "content_filter",
}


def from_converse(
    answer: Mapping[str, Any], *, request_id: str, created: int, target: Target
) -> dict[str, Any]:
    """OpenAI's chat.completion; a reason to stop that nobody knows is an error, not a success."""
    reason = answer.get("stopReason")
    if reason not in _FINISH:
        raise bad_gateway("The model ended its answer in a way that this gateway does not know.")
    blocks = answer.get("output", {}).get("message", {}).get("content", [])
    choice = {
        "index": 0,
        "message": _message(blocks),
        "logprobs": None,
        "finish_reason": _FINISH[reason],
    }
    return {
        "id": f"chatcmpl-{request_id}",
        "object": "chat.completion",
        "created": created,
        "model": target.id,
        "choices": [choice],
        "usage": _usage(answer.get("usage", {})),
    }


def intervened(text: str, usage: Mapping[str, int] | None = None) -> dict[str, Any]:
    """What Converse answers where a guardrail speaks in the model's place."""
    return {
        "stopReason": "guardrail_intervened",
        "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
        "usage": usage or {},
    }


def is_blocked(completion: Mapping[str, Any]) -> bool:
    """Whether a guardrail has spoken in the model's place."""
    return bool(completion["choices"][0]["finish_reason"] == "content_filter")


def _message(blocks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    calls = [_call(block["toolUse"]) for block in blocks if "toolUse" in block]
    texts = [block["text"] for block in blocks if "text" in block]
    message: dict[str, Any] = {
        "role": "assistant",
        "content": "".join(texts) if texts or not calls else None,
        "refusal": None,
    }
    if calls:
        message["tool_calls"] = calls
    return message


def _call(use: Mapping[str, Any]) -> dict[str, Any]:
    arguments = json.dumps(use["input"], ensure_ascii=False)
    return {
        "id": use["toolUseId"],
        "type": "function",
        "function": {"name": use["name"], "arguments": arguments},
    }


def _usage(usage: Mapping[str, int]) -> dict[str, int]:
    prompt, completion = usage.get("inputTokens", 0), usage.get("outputTokens", 0)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
