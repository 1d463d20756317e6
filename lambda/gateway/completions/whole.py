"""From Converse's answer to OpenAI's chat completion."""

from __future__ import annotations

import json

from gateway.price import cached_tokens, input_tokens
from gateway.stops import FINISH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from gateway.dialect import Head
    from gateway.grounds import Shown
    from gateway.knowledge import Passage


def whole(head: Head, answer: Mapping[str, Any], shown: Shown) -> dict[str, Any]:
    """OpenAI's chat.completion; the passages under `x_strata`, and as annotations."""
    blocks = answer.get("output", {}).get("message", {}).get("content", [])
    message = _message(blocks)
    choice = {
        "index": 0,
        "message": message,
        "logprobs": None,
        "finish_reason": FINISH[answer["stopReason"]],
    }
    if shown.passages:
        message["annotations"] = url_citations(shown.passages, len(message["content"] or ""))
    return {
        "id": f"chatcmpl-{head.request_id}",
        "object": "chat.completion",
        "created": head.created,
        "model": head.target.id,
        "choices": [choice],
        "usage": usage_of(answer["usage"]),
        **shown.told(),
    }


def usage_of(usage: Mapping[str, int]) -> dict[str, Any]:
    """Converse counts what a cache gave or took apart from the input; OpenAI counts it in."""
    cached, _ = cached_tokens(usage)
    prompt, completion = input_tokens(usage), usage["outputTokens"]
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached},
    }


def url_citations(passages: Sequence[Passage], end: int) -> list[dict[str, Any]]:
    """The whole answer, up to `end`, is said to come from each of the passages."""
    return [
        {
            "type": "url_citation",
            "url_citation": {
                "start_index": 0,
                "end_index": end,
                "title": passage.document.rpartition("/")[2],
                "url": passage.document,
            },
        }
        for passage in passages
    ]


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
