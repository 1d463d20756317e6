"""The messages of a chat: parsed from OpenAI's shape into Converse's content blocks."""

from __future__ import annotations

import json

from gateway.errors import invalid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any, NamedTuple
else:
    from gateway.record import NamedTuple

ROLES = ("system", "developer", "user", "assistant", "tool")
_KNOWN = frozenset("role content refusal annotations tool_calls tool_call_id".split())
_IMAGE = "data:image/"
_FORMATS = frozenset(("png", "jpeg", "gif", "webp"))


class Message(NamedTuple):
    """One message; `blocks` are Converse's, and of bare text for the system."""

    role: str
    blocks: tuple[Mapping[str, Any], ...]

    @property
    def text(self) -> str:
        return "\n".join(block["text"] for block in self.blocks if "text" in block)


def parse_messages(value: object) -> tuple[Message, ...]:
    """Raises a 400 that names the message and the field in it."""
    if not isinstance(value, list) or not value:
        raise invalid("messages", "'messages' must be a list of at least one message.")
    messages = tuple(_message(f"messages[{i}]", message) for i, message in enumerate(value))
    if messages[-1].role not in ("user", "tool"):
        raise invalid("messages", "The last message must be the user's, or a tool's result.")
    return messages


def is_text(value: object) -> bool:
    """Half a surrogate pair is legal in JSON and in no UTF-8 that could be sent on."""
    return isinstance(value, str) and not any("\ud800" <= each <= "\udfff" for each in value)


def _message(field: str, value: object) -> Message:
    if not isinstance(value, dict):
        raise invalid(field, "A message must be an object with 'role' and 'content'.")
    for unknown in sorted(set(value) - _KNOWN):
        raise invalid(f"{field}.{unknown[:64]}", f"There is no field {unknown[:64]!r}.")
    role = value.get("role")
    if role not in ROLES:
        raise invalid(f"{field}.role", f"'role' must be one of {list(ROLES)}.")
    if role == "tool":
        return Message(role, (_tool_result(field, value),))
    calls = tuple(_tool_calls(f"{field}.tool_calls", role, value.get("tool_calls")))
    if role == "assistant" and value.get("content") in (None, ""):
        return Message(role, calls)  # a model may say nothing, and so may its history
    return Message(role, (*_content(f"{field}.content", role, value.get("content")), *calls))


def _content(field: str, role: str, content: object) -> list[Mapping[str, Any]]:
    """A string, or OpenAI's list of parts; Bedrock refuses blank text."""
    if not isinstance(content, str | list):
        raise invalid(field, "'content' must be a string or a list of parts.")
    parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
    blocks = [_part(f"{field}[{i}]", role, part) for i, part in enumerate(parts)]
    if not any("image" in block or block["text"].strip() for block in blocks):
        raise invalid(field, "'content' must not be blank.")
    return [block for block in blocks if "image" in block or block["text"].strip()]


def _part(field: str, role: str, part: object) -> Mapping[str, Any]:
    given = part if isinstance(part, dict) else {}
    if given.get("type") == "text" and is_text(given.get("text")):
        return {"text": given["text"]}
    if given.get("type") == "image_url" and role == "user":
        return _image(field, given.get("image_url"))
    raise invalid(field, "A part must be a text, or in a user's message an image_url.")


def _image(field: str, value: object) -> Mapping[str, Any]:
    """A data: URL; the gateway fetches nothing for a caller."""
    url = value.get("url") if isinstance(value, dict) else None
    if isinstance(url, str) and url.startswith(_IMAGE) and url.isascii():
        format, _, data = url.removeprefix(_IMAGE).partition(";base64,")
        format = "jpeg" if format == "jpg" else format
        if format in _FORMATS and data:
            return {"image": {"format": format, "source": {"bytes": data}}}
    allowed = f"'data:image/...;base64,' with one of {sorted(_FORMATS)}"
    raise invalid(f"{field}.image_url.url", f"An image must be given as {allowed}.")


def _tool_calls(field: str, role: str, value: object) -> Iterator[Mapping[str, Any]]:
    if value is None:
        return
    if role != "assistant" or not isinstance(value, list):
        raise invalid(field, "'tool_calls' is a list in an assistant's message.")
    for i, call in enumerate(value):
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(function, dict) or not _named(call.get("id"), function.get("name")):
            raise invalid(f"{field}[{i}]", "A call must have an id, and a function with a name.")
        arguments = _arguments(f"{field}[{i}].function.arguments", function.get("arguments"))
        yield {"toolUse": {"toolUseId": call["id"], "name": function["name"], "input": arguments}}


def _arguments(field: str, text: object) -> dict[str, Any]:
    try:
        arguments = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        arguments = None
    if not isinstance(arguments, dict):
        raise invalid(field, "'arguments' must be a JSON object, as text.")
    return arguments


def _tool_result(field: str, value: Mapping[str, Any]) -> Mapping[str, Any]:
    if not _named(value.get("tool_call_id")):
        raise invalid(f"{field}.tool_call_id", "A tool's message must name the call it answers.")
    blocks = _content(f"{field}.content", "tool", value.get("content"))
    return {"toolResult": {"toolUseId": value["tool_call_id"], "content": blocks}}


def _named(*values: object) -> bool:
    return all(is_text(value) and value for value in values)
