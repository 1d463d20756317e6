"""The messages of a chat: from OpenAI's shape into Converse's content blocks."""

from __future__ import annotations

from gateway.body import DECODER
from gateway.chat_request import Message
from gateway.errors import invalid
from gateway.shape import (
    NOT_BLANK,
    Anything,
    Choice,
    Either,
    List,
    Never,
    Object,
    Tagged,
    Text,
    is_sound,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

IMAGE = r"^data:image/(png|jpe?g|gif|webp);base64,[A-Za-z0-9+/]+={0,2}$"

NO_OUTPUT = {"text": "(no output)"}
_SAID = Text(pattern=NOT_BLANK, says="a text that is not blank")
_TEXT = Object({"type": Choice("text"), "text": Text()}, required=("text",))
_URL = Text(
    pattern=IMAGE,
    says="'data:image/...;base64,' with a png, jpeg, gif or webp: the gateway fetches nothing",
)
_IMAGE = Object(
    {
        "type": Choice("image_url"),
        "image_url": Object({"url": _URL, "detail": Text()}, required=("url",)),
    },
    required=("image_url",),
)
_REFUSAL = Object({"type": Choice("refusal"), "refusal": Text()}, required=("refusal",))
_ID = Text(shortest=1)
_CALL = Object(
    {
        "id": _ID,
        "type": Choice("function"),
        "function": Object({"name": _ID, "arguments": Text()}, required=("name", "arguments")),
    },
    required=("id", "function"),
)


def _content(**parts: Object) -> Either:
    return Either(_SAID, List(Tagged("type", parts), least=1), says="a text or a list of parts")


def _message(role: str, content: Either, required: tuple[str, ...], **more: Any) -> Object:
    fields = {"role": Choice(role), "content": content, "name": Text(), **more}
    return Object(fields, required=required)


_NEEDED = ("content",)
MESSAGE = Tagged(
    "role",
    {
        "system": _message("system", _content(text=_TEXT), _NEEDED),
        "developer": _message("developer", _content(text=_TEXT), _NEEDED),
        "user": _message("user", _content(text=_TEXT, image_url=_IMAGE), _NEEDED),
        "assistant": _message(
            "assistant",
            # A model may say nothing, and so may its history.
            Either(Text(), List(Tagged("type", {"text": _TEXT, "refusal": _REFUSAL}))),
            (),
            tool_calls=List(_CALL),
            refusal=Text(),
            annotations=List(Anything(dict)),
            audio=Never(),
            function_call=Never(),
        ),
        "tool": _message(
            "tool",
            Either(Text(), List(Tagged("type", {"text": _TEXT}))),
            ("content", "tool_call_id"),
            tool_call_id=_ID,
        ),
    },
)


def parse_messages(messages: list[dict[str, Any]]) -> tuple[Message, ...]:
    """Read what MESSAGE has passed; raises a 400 that names the message and the field in it."""
    parsed = tuple(_parse(f"messages[{i}]", message) for i, message in enumerate(messages))
    if parsed[-1].role not in ("user", "tool"):
        raise invalid("messages", "The last message must be the user's, or a tool's result.")
    return parsed


def _parse(field: str, message: Mapping[str, Any]) -> Message:
    role = message["role"]
    blocks = tuple(_blocks(message.get("content")))
    if role == "assistant":
        calls = _tool_calls(f"{field}.tool_calls", message.get("tool_calls") or [])
        return Message(role, (*blocks, *calls))
    if role == "tool":
        # A tool may have nothing to say; Bedrock wants a word.
        result = {"toolUseId": message["tool_call_id"], "content": list(blocks) or [NO_OUTPUT]}
        return Message(role, ({"toolResult": result},))
    if not blocks:
        raise invalid(f"{field}.content", "'content' must not be blank.")
    return Message(role, blocks)


def _blocks(content: str | list[dict[str, Any]] | None) -> Iterator[Mapping[str, Any]]:
    parts: list[dict[str, Any]]
    parts = [{"text": content}] if isinstance(content, str) else content or []
    for part in parts:
        if "image_url" in part:
            yield image(part["image_url"]["url"])
            continue
        text = part.get("text") or part.get("refusal") or ""
        if text.strip():  # Bedrock refuses blank text
            yield {"text": text}


def image(url: str) -> Mapping[str, Any]:
    """Converse's block of a data: URL."""
    format, _, data = url.removeprefix("data:image/").partition(";base64,")
    format = "jpeg" if format == "jpg" else format
    return {"image": {"format": format, "source": {"bytes": data}}}


def _tool_calls(field: str, calls: list[dict[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for i, call in enumerate(calls):
        function = call["function"]
        given = arguments(f"{field}[{i}].function.arguments", function["arguments"])
        yield {"toolUse": {"toolUseId": call["id"], "name": function["name"], "input": given}}


def arguments(field: str, text: str) -> dict[str, Any]:
    """What a model has called a function with; OpenAI keeps it as text."""
    try:
        value = DECODER.decode(text or "{}")
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or not is_sound(value):
        raise invalid(field, "'arguments' must be a JSON object, as text.")
    return value
