"""The items of a conversation: from OpenAI's shape into messages of Converse's content blocks."""

from __future__ import annotations

from gateway.chat_request import Message
from gateway.completions.messages import NO_OUTPUT, arguments, image
from gateway.errors import invalid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any


def parse_input(given: str | list[dict[str, Any]]) -> tuple[Message, ...]:
    """Read what INPUT has passed; raises a 400 that names the item and the field in it."""
    if isinstance(given, str):
        return (Message("user", ({"text": given},)),)
    read = (
        _READ[item.get("type") or "message"](f"input[{i}]", item) for i, item in enumerate(given)
    )
    messages = tuple(message for message in read if message is not None)
    _check_order(messages)
    return messages


def _check_order(messages: Sequence[Message]) -> None:
    """What Converse wants of a conversation."""
    turns = [message.role for message in messages if message.role not in ("system", "developer")]
    if not turns or turns[0] == "assistant":
        raise invalid("input", "The first item after the system's must be the user's.")
    if messages[-1].role not in ("user", "tool"):
        raise invalid("input", "The last item must be the user's, or the output of a function.")


def _message(field: str, item: Mapping[str, Any]) -> Message | None:
    role, content = item["role"], item["content"]
    blocks = tuple(_blocks([{"text": content}] if isinstance(content, str) else content))
    if not blocks and role == "assistant":  # a model may say nothing, and so may its history
        return None
    if not blocks:
        raise invalid(f"{field}.content", "'content' must not be blank.")
    return Message(role, blocks)


def _blocks(parts: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for part in parts:
        if "image_url" in part:
            yield image(part["image_url"])
        elif part["text"].strip():  # Bedrock refuses blank text
            yield {"text": part["text"]}


def _call(field: str, item: Mapping[str, Any]) -> Message:
    given = arguments(f"{field}.arguments", item["arguments"])
    use = {"toolUseId": item["call_id"], "name": item["name"], "input": given}
    return Message("assistant", ({"toolUse": use},))


def _result(field: str, item: Mapping[str, Any]) -> Message:
    output = item["output"]
    blocks = list(_blocks([{"text": output}] if isinstance(output, str) else output))
    result = {"toolUseId": item["call_id"], "content": blocks or [NO_OUTPUT]}
    return Message("tool", ({"toolResult": result},))


def _nothing(_field: str, _item: Mapping[str, Any]) -> None:
    """A model's reasoning is its own affair: it is taken, and not sent on."""


_READ: dict[str, Any] = {
    "message": _message,
    "function_call": _call,
    "function_call_output": _result,
    "reasoning": _nothing,
}
