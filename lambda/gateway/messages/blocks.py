"""What a content block may look like, by who says it."""

from __future__ import annotations

from gateway.shape import Anything, Choice, Either, Flag, List, Never, Object, Shape, Tagged, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

# ToolName and ToolUseId of the service model.
NAME = Text(shortest=1, longest=64, pattern="^[a-zA-Z0-9_-]+$", says="a name of a-z, 0-9, _ and -")
_ID = Text(shortest=1, longest=64, pattern="^[a-zA-Z0-9_.:-]+$", says="the id of a tool_use")
_BASE64 = Text(pattern="^[A-Za-z0-9+/]+={0,2}$", says="bytes in base64")

# Whatever is asked for, it is Converse's five minutes: an hour has a price that no settings know.
CACHE_CONTROL = Object({"type": Choice("ephemeral"), "ttl": Choice("5m", "1h")}, required=("type",))
_CACHED = {"cache_control": CACHE_CONTROL}


def _block(type: str, needed: Mapping[str, Shape], **optional: Shape) -> Object:
    return Object({"type": Choice(type), **needed, **optional}, required=("type", *needed))


_MEDIA_TYPE = Choice("image/png", "image/jpeg", "image/gif", "image/webp")
_SOURCE = _block("base64", {"media_type": _MEDIA_TYPE, "data": _BASE64})
_TOOLSET = {"toolset_name": Never()}

TEXT = _block("text", {"text": Text()}, citations=Never(), **_CACHED)
_IMAGE = _block("image", {"source": Tagged("type", {"base64": _SOURCE})}, **_CACHED)
_SHOWN = {"text": TEXT, "image": _IMAGE}
_TOOL_RESULT = _block(
    "tool_result",
    {"tool_use_id": _ID},
    content=Either(Text(), List(Tagged("type", _SHOWN)), says="a text or a list of blocks"),
    is_error=Flag(),
    **_TOOLSET,
    **_CACHED,
)
_TOOL_USE = _block(
    "tool_use",
    {"id": _ID, "name": NAME, "input": Anything(dict)},
    caller=Object({"type": Choice("direct")}, required=("type",)),
    **_TOOLSET,
    **_CACHED,
)

USERS = Tagged("type", {**_SHOWN, "tool_result": _TOOL_RESULT})
ASSISTANTS = Tagged(
    "type",
    {
        "text": TEXT,
        "tool_use": _TOOL_USE,
        "thinking": _block("thinking", {"thinking": Text(), "signature": Text()}),
        # As `whole` gave it: the bytes that only the model's maker can read.
        "redacted_thinking": _block("redacted_thinking", {"data": _BASE64}),
    },
)
