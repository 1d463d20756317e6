"""From Converse's answer to OpenAI's response."""

from __future__ import annotations

import json

from gateway.price import cached_tokens, input_tokens
from gateway.responses.output import INCOMPLETE, call, complete, finish, message, status_of
from gateway.stops import FINISH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from gateway.dialect import Head
    from gateway.grounds import Shown


def whole(head: Head, answer: Mapping[str, Any], shown: Shown) -> dict[str, Any]:
    """OpenAI's response; the passages under `x_strata`, and as annotations of the last words."""
    blocks = answer.get("output", {}).get("message", {}).get("content", [])
    # A model's reasoning is not shown, and an empty text is none.
    said = [block for block in blocks if block.get("text") or "toolUse" in block]
    items = [_item(head.request_id, i, block) for i, block in enumerate(said)]
    if items:
        finish(items[-1], answer["stopReason"], shown.passages)
    return ended(head, items, answer["stopReason"], answer["usage"], shown)


def begun(head: Head, status: str = "in_progress", **more: Any) -> dict[str, Any]:
    """A response of which nothing has been said yet."""
    return {
        "id": f"resp_{head.request_id}",
        "object": "response",
        "created_at": head.created,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "model": head.target.id,
        "output": [],
        "usage": None,
        **head.asked.echo,
        **more,
    }


def ended(
    head: Head,
    items: Sequence[Mapping[str, Any]],
    stop: str,
    usage: Mapping[str, int],
    shown: Shown,
) -> dict[str, Any]:
    """A response with everything that has been said."""
    reason = INCOMPLETE.get(FINISH[stop])
    return begun(
        head,
        status_of(stop),
        incomplete_details=reason and {"reason": reason},
        output=items,
        usage=_usage(usage),
        **shown.told(),
    )


def _item(request_id: str, index: int, block: Mapping[str, Any]) -> dict[str, Any]:
    if use := block.get("toolUse"):
        item = call(request_id, index, use)
        complete(item, json.dumps(use["input"], ensure_ascii=False))
    else:
        item = message(request_id, index)
        complete(item, block["text"])
    return item


def _usage(usage: Mapping[str, int]) -> dict[str, Any]:
    """Converse counts what a cache gave or took apart from the input; OpenAI counts it in."""
    cached, written = cached_tokens(usage)
    read, said = input_tokens(usage), usage["outputTokens"]
    return {
        "input_tokens": read,
        "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": written},
        "output_tokens": said,
        # Converse does not say how many of them were reasoning.
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": read + said,
    }
