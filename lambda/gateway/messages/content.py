"""The turns of a conversation: from Anthropic's content blocks into Converse's."""

from __future__ import annotations

from itertools import groupby

from gateway.chat_request import Message
from gateway.errors import invalid
from gateway.messages.blocks import ASSISTANTS, TEXT, USERS
from gateway.shape import NOT_BLANK, Choice, Either, List, Object, Tagged, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    Block = Mapping[str, Any]

_SAID = Text(pattern=NOT_BLANK, says="a text that is not blank")


def _message(role: str, content: Either) -> Object:
    return Object({"role": Choice(role), "content": content}, required=("role", "content"))


MESSAGE = Tagged(
    "role",
    {
        "user": _message("user", Either(_SAID, List(USERS, least=1))),
        # A model may say nothing, and so may its history.
        "assistant": _message("assistant", Either(Text(), List(ASSISTANTS))),
    },
)
SYSTEM = Either(Text(), List(Tagged("type", {"text": TEXT})))
CACHE_POINT: Block = {"cachePoint": {"type": "default"}}


def parse_messages(messages: list[dict[str, Any]]) -> tuple[Message, ...]:
    """Read what MESSAGE has passed; raises a 400 that names the message."""
    parsed: list[Message] = []
    for i, message in enumerate(messages):
        said = list(_by_speaker(message["role"], message["content"]))
        if not said and message["role"] == "user":
            at = f"messages[{i}].content"
            raise invalid(at, f"{at!r} must not be blank.")
        parsed += said
    if messages[-1]["role"] != "user":  # no model behind Converse continues a begun answer
        raise invalid("messages", "'messages': the last message must be the user's.")
    return tuple(parsed)


def parse_system(system: str | list[dict[str, Any]] | None) -> tuple[Message, ...]:
    """Read what SYSTEM has passed: one message, or none for a blank one."""
    blocks = tuple(_blocks(_parts(system or [])))
    return (Message("system", blocks),) if blocks else ()


def _by_speaker(role: str, content: str | list[dict[str, Any]]) -> Iterator[Message]:
    """A user's message holds tools' results as well; here they are messages of the tools' own."""
    for is_result, parts in groupby(_parts(content), lambda part: part["type"] == "tool_result"):
        if blocks := tuple(_blocks(parts)):
            yield Message("tool" if is_result else role, blocks)


def _parts(content: str | list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _blocks(parts: Iterable[Block]) -> Iterator[Block]:
    for part in parts:
        block = _READ[part["type"]](part)
        if block is None:
            continue
        yield block
        if _is_cached(part):
            yield CACHE_POINT


def _is_cached(part: Block) -> bool:
    """Converse has no cache point inside a tool's result: it comes after the whole of it."""
    content = part.get("content")
    inside = content if isinstance(content, list) else []
    return any(each.get("cache_control") for each in (part, *inside))


def _text(part: Block) -> Block | None:
    text = part["text"]
    return {"text": text} if text.strip() else None  # Bedrock refuses blank text


def _image(part: Block) -> Block:
    source = part["source"]
    format = source["media_type"].removeprefix("image/")
    return {"image": {"format": format, "source": {"bytes": source["data"]}}}


def _tool_use(part: Block) -> Block:
    return {"toolUse": {"toolUseId": part["id"], "name": part["name"], "input": part["input"]}}


def _tool_result(part: Block) -> Block:
    blocks = (_READ[each["type"]](each) for each in _parts(part.get("content") or []))
    content = [block for block in blocks if block is not None]
    # A tool may have nothing to say; Bedrock wants a word.
    content = content or [{"text": "(no output)"}]
    result: dict[str, Any] = {"toolUseId": part["tool_use_id"], "content": content}
    if part.get("is_error"):
        result["status"] = "error"
    return {"toolResult": result}


def _thinking(part: Block) -> Block:
    signed = {"signature": part["signature"]} if part["signature"] else {}
    return {"reasoningContent": {"reasoningText": {"text": part["thinking"], **signed}}}


def _redacted(part: Block) -> Block:
    return {"reasoningContent": {"redactedContent": part["data"]}}


_READ: Mapping[str, Callable[[Block], Block | None]] = {
    "text": _text,
    "image": _image,
    "tool_use": _tool_use,
    "tool_result": _tool_result,
    "thinking": _thinking,
    "redacted_thinking": _redacted,
}
