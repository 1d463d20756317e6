"""What Converse's guardrail does not look at: a tool's description, arguments and result.

https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-use-converse-api.html
"""

from __future__ import annotations

import json

from gateway.fit import has_tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from gateway.aws import Upstream
    from gateway.chat_request import ChatRequest
    from gateway.settings import Guardrail


def blocked_input(
    request: ChatRequest, guardrail: Guardrail | None, upstream: Upstream, deadline: float
) -> str | None:
    """The guardrail's message when the request's tools hold what it blocks, otherwise None."""
    texts = [json.dumps(tool, ensure_ascii=False) for tool in request.parameters.get("tools", ())]
    texts += _texts(request.blocks)
    return judge("INPUT", texts, guardrail, upstream, deadline)


def blocked_output(
    answer: Mapping[str, Any], guardrail: Guardrail | None, upstream: Upstream, deadline: float
) -> str | None:
    """The guardrail's message when a model's tool call holds what it blocks, otherwise None."""
    blocks = answer.get("output", {}).get("message", {}).get("content", [])
    return judge("OUTPUT", _texts(blocks), guardrail, upstream, deadline)


def blocked_call(
    use: Mapping[str, Any], guardrail: Guardrail | None, upstream: Upstream, deadline: float
) -> str | None:
    """The guardrail's message when one streamed tool call holds what it blocks."""
    return judge("OUTPUT", _texts([{"toolUse": use}]), guardrail, upstream, deadline)


def intervened(text: str, usage: Mapping[str, int] | None = None) -> dict[str, Any]:
    """What Converse answers where a guardrail speaks in the model's place."""
    return {
        "stopReason": "guardrail_intervened",
        "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
        "usage": usage or {"inputTokens": 0, "outputTokens": 0},
    }


def _texts(blocks: Iterable[Mapping[str, Any]]) -> list[str]:
    tools = (block for block in blocks if has_tool(block))
    return [json.dumps(without_images(block), ensure_ascii=False) for block in tools]


def without_images(block: Mapping[str, Any]) -> Mapping[str, Any]:
    """A tool's result as text: an image in it is megabytes of base64 to whoever reads it so."""
    if "toolResult" not in block:
        return block
    result = block["toolResult"]
    texts = [part for part in result["content"] if "image" not in part]
    return {"toolResult": {**result, "content": texts}}


def judge(
    source: str,
    texts: list[str],
    guardrail: Guardrail | None,
    upstream: Upstream,
    deadline: float,
) -> str | None:
    """What the guardrail makes of the texts if it intervenes: masked, or its own message."""
    if not texts or guardrail is None:
        return None
    content = [{"text": {"text": text}} for text in texts]
    verdict = upstream.apply_guardrail(
        guardrail.id, guardrail.version, {"source": source, "content": content}, deadline
    )
    if verdict["action"] != "GUARDRAIL_INTERVENED":
        return None
    return "\n".join(output["text"] for output in verdict["outputs"])
