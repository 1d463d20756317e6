"""What the routes answer, as JSON Schema: the fields that are always there."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_TEXT: dict[str, Any] = {"type": "string"}
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
_NO_TEXT: dict[str, Any] = {"type": ["string", "null"]}
_OBJECT: dict[str, Any] = {"type": "object"}


def _object(**fields: dict[str, Any]) -> dict[str, Any]:
    """All of the fields are always there; an answer may hold others."""
    return {"type": "object", "properties": fields, "required": list(fields)}


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def _is(value: str) -> dict[str, Any]:
    return {"const": value}


ERROR = _object(error=_object(message=_TEXT, type=_TEXT, param=_NO_TEXT, code=_NO_TEXT))
ANTHROPIC_ERROR = _object(type=_is("error"), error=_object(type=_TEXT, message=_TEXT))

COMPLETION = _object(
    id=_TEXT,
    object=_is("chat.completion"),
    created=_COUNT,
    model=_TEXT,
    choices=_list(
        _object(
            index=_COUNT,
            message=_object(role=_is("assistant"), content=_NO_TEXT),
            finish_reason={"enum": ["stop", "length", "tool_calls", "content_filter"]},
        )
    ),
    usage=_object(prompt_tokens=_COUNT, completion_tokens=_COUNT, total_tokens=_COUNT),
)
RESPONSE = _object(
    id=_TEXT,
    object=_is("response"),
    created_at={"type": "number"},
    model=_TEXT,
    status={"enum": ["completed", "incomplete"]},
    output=_list(_object(type=_TEXT)),
    usage=_object(input_tokens=_COUNT, output_tokens=_COUNT, total_tokens=_COUNT),
)
MESSAGE = _object(
    id=_TEXT,
    type=_is("message"),
    role=_is("assistant"),
    model=_TEXT,
    content=_list(_object(type=_TEXT)),
    stop_reason=_TEXT,
    usage=_object(input_tokens=_COUNT, output_tokens=_COUNT),
)
EMBEDDINGS = _object(
    object=_is("list"),
    model=_TEXT,
    data=_list(
        _object(
            object=_is("embedding"),
            index=_COUNT,
            embedding={"anyOf": [_list({"type": "number"}), _TEXT]},
        )
    ),
    usage=_object(prompt_tokens=_COUNT, total_tokens=_COUNT),
)
PASSAGES = _object(
    object=_is("knowledge.search"),
    knowledge_base=_TEXT,
    data=_list(
        _object(
            document={**_TEXT, "description": "Its key in the bucket."},
            rank={"type": "integer", "minimum": 1, "description": "Best first."},
            score={"type": "number"},
            passage=_TEXT,
        )
    ),
)
MODEL = _object(id=_TEXT, object=_is("model"), created=_COUNT, owned_by=_TEXT, kind=_TEXT)
MODELS = _object(object=_is("list"), data=_list(MODEL))
