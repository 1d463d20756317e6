"""What may be put into a response: a text, or OpenAI's items."""

from __future__ import annotations

from gateway.completions.messages import IMAGE
from gateway.completions.parameters import NAME
from gateway.shape import NOT_BLANK, Anything, Choice, Either, List, Never, Object, Tagged, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_SAID = Text(pattern=NOT_BLANK, says="a text that is not blank")
# ToolUseBlock.toolUseId of the service model.
_CALL_ID = Text(
    shortest=1, longest=64, pattern="^[a-zA-Z0-9_.:-]+$", says="the id of a call, of 1 to 64 signs"
)
# An item that comes back from an earlier answer has these; nothing depends on them.
_GIVEN_BACK = {"id": Text(), "status": Choice("in_progress", "completed", "incomplete")}
_INPUT_TEXT = Object({"type": Choice("input_text"), "text": Text()}, required=("text",))
_TEXTS = {
    "input_text": _INPUT_TEXT,
    "output_text": Object(
        {
            "type": Choice("output_text"),
            "text": Text(),
            "annotations": List(Anything(dict)),
            "logprobs": List(Anything(dict)),
        },
        required=("text",),
    ),
}
_IMAGE = Object(
    {
        "type": Choice("input_image"),
        "image_url": Text(
            pattern=IMAGE,
            says="'data:image/...;base64,' with a png, jpeg, gif or webp: nothing is fetched",
        ),
        "detail": Text(),
        "file_id": Never("cannot be used, for no files are kept here: give an image_url"),
    },
    required=("image_url",),
)


def _message(role: str, said: Text, parts: Mapping[str, Object]) -> Object:
    content = Either(said, List(Tagged("type", parts), least=1), says="a text or a list of parts")
    fields = {"type": Choice("message"), "role": Choice(role), "content": content, "phase": Text()}
    return Object({**fields, **_GIVEN_BACK}, required=("role", "content"))


_MESSAGE = Tagged(
    "role",
    {
        "user": _message("user", _SAID, {**_TEXTS, "input_image": _IMAGE}),
        "assistant": _message("assistant", Text(), _TEXTS),  # a model may say nothing
        "system": _message("system", _SAID, _TEXTS),
        "developer": _message("developer", _SAID, _TEXTS),
    },
)
_CALL = Object(
    {
        "type": Choice("function_call"),
        "call_id": _CALL_ID,
        "name": NAME,
        "arguments": Text(),
        **_GIVEN_BACK,
    },
    required=("call_id", "name", "arguments"),
)
_RESULT = Object(
    {
        "type": Choice("function_call_output"),
        "call_id": _CALL_ID,
        "output": Either(
            Text(),
            List(Tagged("type", {"input_text": _INPUT_TEXT})),
            says="a text or a list of texts",
        ),
        **_GIVEN_BACK,
    },
    required=("call_id", "output"),
)
_REASONING = Object(
    {
        "type": Choice("reasoning"),
        "summary": List(Anything(dict)),
        "content": List(Anything(dict)),
        "encrypted_content": Text(),
        **_GIVEN_BACK,
    }
)
_OTHERS = {"function_call": _CALL, "function_call_output": _RESULT, "reasoning": _REASONING}
_TYPE = Choice("message", *_OTHERS)


class Item(Either):
    """A message, whose `type` may be left out, or one of the others, which say what they are."""

    def __init__(self) -> None:
        super().__init__(_MESSAGE, Tagged("type", _OTHERS), says="an object: a message, or a call")

    def check(self, at: str, value: Any) -> None:
        if not isinstance(value, dict):
            raise self.refusal(at)
        type = "message" if value.get("type") is None else value["type"]
        if not _TYPE.takes(type):
            raise _TYPE.refusal(f"{at}.type")
        shape = _MESSAGE if type == "message" else _OTHERS[type]
        shape.check(at, value)


INPUT = Either(_SAID, List(Item(), least=1), says="a text or a list of items")
