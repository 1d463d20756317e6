"""What Converse's guardrail does not look at: tools, their arguments and results, and schemas.

Nor at what an assistant has said, once `guarded.py` has wrapped the rest of a conversation.
https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-use-converse-api.html
"""

from __future__ import annotations

import json

from gateway.fit import has_tool
from gateway.verdict import judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from gateway.aws import Upstream
    from gateway.chat_request import ChatRequest, Message
    from gateway.settings import Alias, Guardrail

    Value = Mapping[str, Any]


def guard_input(
    request: ChatRequest, alias: Alias, upstream: Upstream, deadline: float
) -> tuple[ChatRequest, str | None]:
    """The request as the guardrail lets it pass, and its message if it does not."""
    given, grounded = request.parameters, alias.grounded
    values = [*given.get("tools", ()), *_schema(given)]
    values += [
        without_images(block)
        for message in request.messages
        for block in message.blocks
        if _unseen(message, block, grounded)
    ]
    passed, blocked = _guard("INPUT", values, alias.guardrail, upstream, deadline)
    if blocked is not None or passed is values:
        return request, blocked
    rest = iter(passed)
    parameters = dict(given)
    if "tools" in given:
        parameters["tools"] = [next(rest) for _ in given["tools"]]
    if _schema(given):
        parameters["response_format"] = next(rest)
    messages = tuple(_with(message, rest, grounded) for message in request.messages)
    return request._replace(parameters=parameters, messages=messages), None


def guard_output(
    answer: Mapping[str, Any], guardrail: Guardrail | None, upstream: Upstream, deadline: float
) -> tuple[Mapping[str, Any], str | None]:
    """A whole answer as the guardrail lets its tool calls pass, and its message if it does not."""
    message = answer["output"]["message"]
    calls = [block for block in message["content"] if has_tool(block)]
    passed, blocked = _guard("OUTPUT", calls, guardrail, upstream, deadline)
    if blocked is not None or passed is calls:
        return answer, blocked
    rest = iter(passed)
    content = [next(rest) if has_tool(block) else block for block in message["content"]]
    return {**answer, "output": {"message": {**message, "content": content}}}, None


def guard_call(
    use: Value, guardrail: Guardrail | None, upstream: Upstream, deadline: float
) -> tuple[Value, str | None]:
    """One streamed tool call as the guardrail lets it pass, and its message if it does not."""
    (passed,), blocked = _guard("OUTPUT", [{"toolUse": use}], guardrail, upstream, deadline)
    return passed["toolUse"], blocked


def intervened(text: str, usage: Mapping[str, int] | None = None) -> dict[str, Any]:
    """What Converse answers where a guardrail speaks in the model's place."""
    return {
        "stopReason": "guardrail_intervened",
        "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
        "usage": usage or {"inputTokens": 0, "outputTokens": 0},
    }


def without_images(block: Value) -> Value:
    """A tool's result as text: an image in it is megabytes of base64 to whoever reads it so."""
    if "toolResult" not in block:
        return block
    result = block["toolResult"]
    texts = [part for part in result["content"] if "image" not in part]
    return {"toolResult": {**result, "content": texts}}


def _guard(
    source: str,
    values: Sequence[Value],
    guardrail: Guardrail | None,
    upstream: Upstream,
    deadline: float,
) -> tuple[Sequence[Value], str | None]:
    """The same values if nothing was found; a value is masked if it can still be read as it was."""
    texts = [json.dumps(value, ensure_ascii=False) for value in values]
    verdict = judge(source, texts, guardrail, upstream, deadline)
    if verdict is None:
        return values, None
    masked = [] if verdict.blocked else [_read(text) for text in verdict.texts]
    if [each and each.keys() for each in masked] == [value.keys() for value in values]:
        return [each for each in masked if each is not None], None
    return values, verdict.message


def _read(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _schema(parameters: Mapping[str, Any]) -> list[Value]:
    return [parameters["response_format"]] if "response_format" in parameters else []


def _unseen(message: Message, block: Value, grounded: bool) -> bool:
    return has_tool(block) or (grounded and message.role == "assistant" and "text" in block)


def _with(message: Message, values: Iterator[Value], grounded: bool) -> Message:
    """The message with what was judged from `values`, and the images that were left out there."""
    blocks = [
        _whole(block, next(values)) if _unseen(message, block, grounded) else block
        for block in message.blocks
    ]
    return message._replace(blocks=tuple(blocks))


def _whole(block: Value, value: Value) -> Value:
    if "toolResult" not in block:
        return value
    images = [part for part in block["toolResult"]["content"] if "image" in part]
    result = value["toolResult"]
    return {"toolResult": {**result, "content": [*result["content"], *images]}}
