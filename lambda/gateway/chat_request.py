"""The body of `POST /v1/chat/completions`, judged strictly: a field is understood or refused."""

from __future__ import annotations

import json
from typing import NamedTuple

from gateway.errors import invalid, too_large

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

# Fields of OpenAI's API that this gateway does not serve yet: refused, never quietly dropped.
_LATER = frozenset(
    "audio frequency_penalty function_call functions logit_bias logprobs modalities "
    "parallel_tool_calls prediction presence_penalty reasoning_effort response_format seed "
    "stream_options tool_choice tools top_logprobs web_search_options".split()
)
# Hints for OpenAI's own service, without an effect on the answer.
_IGNORED = frozenset("metadata prompt_cache_key safety_identifier service_tier store user".split())
_ROLES = ("system", "developer", "user", "assistant")
_MAX_STOPS = 4


class Message(NamedTuple):
    role: str
    text: str


class ChatRequest(NamedTuple):
    """A parsed request; `parameters` has OpenAI's names for what may go to a model."""

    alias: str
    messages: tuple[Message, ...]
    max_tokens: int | None
    parameters: Mapping[str, Any]

    @property
    def question(self) -> str:
        """The text of the last message, which is the user's."""
        return self.messages[-1].text


def parse(body: bytes, *, max_bytes: int) -> ChatRequest:
    """Raises a 413 for a body that is too long, and a 400 that names the field otherwise."""
    if len(body) > max_bytes:
        raise too_large(max_bytes)
    fields = _object(body)
    _known(fields)
    return ChatRequest(
        alias=_alias(fields.get("model")),
        messages=_messages(fields.get("messages")),
        max_tokens=_max_tokens(fields),
        parameters=_parameters(fields),
    )


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body, parse_constant=_no_constant)
        body.decode()  # json guesses UTF-16 and UTF-32 as well
    except (ValueError, RecursionError):
        raise invalid(None, "The body is not valid JSON in UTF-8.") from None
    if not isinstance(value, dict):
        raise invalid(None, "The body must be a JSON object.")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _known(fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        if name in _LATER and value is not None:
            raise invalid(name, f"{name!r} is not supported by this gateway yet; leave it out.")
        if name not in _LATER | _IGNORED | _CHECKED:
            raise invalid(name[:64], f"There is no field {name[:64]!r}.")
    if fields.get("stream") not in (None, False):
        raise invalid("stream", "Streaming is not supported by this gateway yet; send false.")
    if fields.get("n") not in (None, 1) or fields.get("n") is True:
        raise invalid("n", "One answer a request: 'n' must be 1.")


def _alias(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise invalid("model", "'model' must name an alias; GET /v1/models lists them.")
    return value


def _messages(value: object) -> tuple[Message, ...]:
    if not isinstance(value, list) or not value:
        raise invalid("messages", "'messages' must be a list of at least one message.")
    messages = tuple(_message(f"messages[{i}]", message) for i, message in enumerate(value))
    if messages[-1].role != "user":
        raise invalid("messages", "The last message must be the user's.")
    return messages


def _message(field: str, value: object) -> Message:
    if not isinstance(value, dict):
        raise invalid(field, "A message must be an object with 'role' and 'content'.")
    unknown = sorted(set(value) - {"role", "content", "name", "refusal", "annotations"})
    if unknown:
        raise invalid(f"{field}.{unknown[0][:64]}", "This field is not supported yet.")
    role = value.get("role")
    if role not in _ROLES:
        raise invalid(f"{field}.role", f"'role' must be one of {list(_ROLES)}.")
    return Message(role, _text(f"{field}.content", value.get("content")))


def _text(field: str, content: object) -> str:
    """A string, or OpenAI's list of text parts; Bedrock refuses blank text."""
    parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
    texts = [_part(f"{field}[{i}]", part) for i, part in enumerate(parts)]
    text = "\n".join(texts)
    if not text.strip():
        raise invalid(field, "'content' must not be blank.")
    return text


def _part(field: str, part: object) -> str:
    if not isinstance(part, dict) or part.get("type") != "text":
        raise invalid(field, "Only text content is supported yet: {'type': 'text', 'text': ...}.")
    text = part.get("text")
    if not isinstance(text, str) or not _encodable(text):
        raise invalid(field, "'text' must be a string of valid Unicode.")
    return text


def _encodable(text: str) -> bool:
    """Half a surrogate pair is legal in JSON and in no UTF-8 that could be sent on."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _max_tokens(fields: Mapping[str, Any]) -> int | None:
    names = ("max_completion_tokens", "max_tokens")
    given = [name for name in names if fields.get(name) is not None]
    if not given:
        return None
    value = fields[given[0]]
    if not _is(int, value) or value < 1:
        raise invalid(given[0], f"{given[0]!r} must be a whole number of at least 1.")
    return int(value)


def _parameters(fields: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, highest in (("temperature", 2), ("top_p", 1)):
        if (value := fields.get(name)) is not None:
            if not _is((int, float), value) or not 0 <= value <= highest:
                raise invalid(name, f"{name!r} must be a number from 0 to {highest}.")
            found[name] = value
    if (stop := fields.get("stop")) is not None:
        found["stop"] = _stop(stop)
    return found


def _stop(value: object) -> list[str]:
    stops = [value] if isinstance(value, str) else value
    if (
        not isinstance(stops, list)
        or not 1 <= len(stops) <= _MAX_STOPS
        or not all(isinstance(stop, str) and stop and _encodable(stop) for stop in stops)
    ):
        raise invalid("stop", f"'stop' must be a string or a list of 1 to {_MAX_STOPS} strings.")
    return stops


def _is(kind: type | tuple[type, ...], value: object) -> bool:
    """JSON's true is no number, although Python's is."""
    return isinstance(value, kind) and not isinstance(value, bool)


_CHECKED = frozenset(
    "model messages max_tokens max_completion_tokens temperature top_p stop stream n".split()
)
