"""The body of `POST /v1/chat/completions`: a field is understood or refused."""

from __future__ import annotations

from gateway.chat_request import ChatRequest
from gateway.completions.messages import MESSAGE, parse_messages
from gateway.completions.parameters import PARAMETERS, parse_parameters
from gateway.shape import Anything, Choice, Flag, List, Never, Number, Object, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_TOKENS = Number(1, whole=True)
# Hints for OpenAI's own service, without an effect on the answer.
_HINTS = {
    "metadata": Anything(dict),
    "prompt_cache_key": Text(),
    "safety_identifier": Text(),
    "service_tier": Text(),
    "store": Flag(),
    "user": Text(),
}
_NOT_SERVED = (
    "audio function_call functions logit_bias prediction top_logprobs verbosity web_search_options"
)

SHAPE = Object(
    {
        "model": Text(shortest=1, says="the name of an alias; GET /v1/models lists them"),
        "messages": List(MESSAGE, least=1),
        "max_completion_tokens": _TOKENS,
        "max_tokens": _TOKENS,
        "n": Choice(1),
        "stream": Flag(),
        "stream_options": Object({"include_usage": Flag(), "include_obfuscation": Flag()}),
        "logprobs": Choice(False),
        "modalities": List(Choice("text"), least=1),
        **PARAMETERS,
        **_HINTS,
        **dict.fromkeys(_NOT_SERVED.split(), Never()),
    },
    required=("model", "messages"),
)


def parse(fields: Mapping[str, Any]) -> ChatRequest:
    """Read a body that SHAPE has passed."""
    options = fields.get("stream_options") or {}
    return ChatRequest(
        alias=fields["model"],
        messages=parse_messages(fields["messages"]),
        max_tokens=_max_tokens(fields),
        parameters=parse_parameters(fields),
        stream=bool(fields.get("stream")),
        echo={"include_usage": bool(options.get("include_usage"))},
    )


def _max_tokens(fields: Mapping[str, Any]) -> int | None:
    """OpenAI has two names for it; the newer one wins."""
    given = fields.get("max_completion_tokens") or fields.get("max_tokens")
    return int(given) if given else None
