"""The body of `POST /v1/chat/completions`, judged strictly: a field is understood or refused."""

from __future__ import annotations

import json
from typing import NamedTuple

from gateway.chat_messages import Message, parse_messages
from gateway.chat_parameters import PARAMETERS, parse_max_tokens, parse_parameters
from gateway.errors import invalid, too_large

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

# Fields of OpenAI's API that this gateway does not serve yet: refused, never quietly dropped.
_LATER = frozenset(
    "audio frequency_penalty function_call functions logit_bias logprobs modalities "
    "parallel_tool_calls prediction presence_penalty seed stream_options top_logprobs "
    "web_search_options".split()
)
# Hints for OpenAI's own service, without an effect on the answer.
_IGNORED = frozenset("metadata prompt_cache_key safety_identifier service_tier store user".split())
_OWN = frozenset("model messages max_tokens max_completion_tokens stream n".split())


class ChatRequest(NamedTuple):
    """A parsed request; `parameters` has OpenAI's names for what may go to a model."""

    alias: str
    messages: tuple[Message, ...]
    max_tokens: int | None
    parameters: Mapping[str, Any]

    @property
    def question(self) -> str:
        """What is asked of the documents: the user's last words; nothing after a tool's result."""
        last = self.messages[-1]
        return last.text if last.role == "user" else ""


def parse(body: bytes, *, max_bytes: int) -> ChatRequest:
    """Raises a 413 for a body that is too long, and a 400 that names the field otherwise."""
    if len(body) > max_bytes:
        raise too_large(max_bytes)
    fields = _object(body)
    _known(fields)
    return ChatRequest(
        alias=_alias(fields.get("model")),
        messages=parse_messages(fields.get("messages")),
        max_tokens=parse_max_tokens(fields),
        parameters=parse_parameters(fields),
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
        if name not in _LATER | _IGNORED | _OWN | PARAMETERS:
            raise invalid(name[:64], f"There is no field {name[:64]!r}.")
    if fields.get("stream") not in (None, False):
        raise invalid("stream", "Streaming is not supported by this gateway yet; send false.")
    if fields.get("n") not in (None, 1) or fields.get("n") is True:
        raise invalid("n", "One answer a request: 'n' must be 1.")


def _alias(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise invalid("model", "'model' must name an alias; GET /v1/models lists them.")
    return value
