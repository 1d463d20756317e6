"""The body of `POST /v1/messages`: a field is understood or refused."""

from __future__ import annotations

from gateway.chat_request import ChatRequest
from gateway.messages.blocks import CACHE_CONTROL
from gateway.messages.content import CACHE_POINT, MESSAGE, SYSTEM, parse_messages, parse_system
from gateway.messages.parameters import PARAMETERS, parse_parameters
from gateway.shape import Choice, Flag, List, Never, Number, Object, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from gateway.chat_request import Message

# Hints for Anthropic's own service, without an effect on the answer.
_HINTS = {
    "metadata": Object({"user_id": Text()}),
    "service_tier": Choice("auto", "standard_only"),
}
_NOT_SERVED = "container context_management diagnostics inference_geo mcp_servers speed"

# What chat calls it, and what it is called here.
_NAMES = {
    "max_completion_tokens": "max_tokens",
    "stop": "stop_sequences",
    "reasoning_effort": "output_config.effort",
    "response_format": "output_config.format",
}

SHAPE = Object(
    {
        "model": Text(shortest=1, says="the name of an alias; GET /v1/models lists them"),
        "max_tokens": Number(1, whole=True),
        "messages": List(MESSAGE, least=1),
        "system": SYSTEM,
        "cache_control": CACHE_CONTROL,
        "stream": Flag(),
        **PARAMETERS,
        **_HINTS,
        **dict.fromkeys(_NOT_SERVED.split(), Never()),
    },
    required=("model", "max_tokens", "messages"),
)


def parse(fields: Mapping[str, Any]) -> ChatRequest:
    """Read a body that SHAPE has passed."""
    messages = parse_messages(fields["messages"])
    if fields.get("cache_control"):
        messages = _cached(messages)
    return ChatRequest(
        alias=fields["model"],
        messages=(*parse_system(fields.get("system")), *messages),
        max_tokens=int(fields["max_tokens"]),
        parameters=parse_parameters(fields),
        stream=bool(fields.get("stream")),
        names=_NAMES,
    )


def _cached(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """Everything up to the end is to be cached."""
    *before, last = messages
    if last.blocks[-1] is CACHE_POINT:
        return messages
    return (*before, last._replace(blocks=(*last.blocks, CACHE_POINT)))
