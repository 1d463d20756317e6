"""The body of `POST /v1/responses`: a field is understood or refused."""

from __future__ import annotations

from gateway.chat_request import ChatRequest, Message
from gateway.responses.items import INPUT
from gateway.responses.labels import Labels
from gateway.responses.messages import parse_input
from gateway.responses.parameters import PARAMETERS, parse_parameters
from gateway.shape import Choice, Flag, Never, Number, Object, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_KEPT = Never(
    "asks for what earlier requests have left, and nothing is kept between requests here: "
    "leave it out and send the whole conversation in 'input'"
)
# Without an effect on the answer: OpenAI's own service reads them, or nothing does.
_HINTS = {
    "prompt_cache_key": Text(),
    "safety_identifier": Text(),
    "service_tier": Text(),
    "store": Flag(),
    "stream_options": Object({"include_obfuscation": Flag()}),
    "truncation": Choice("disabled"),
    "user": Text(),
}
_NOT_SERVED = (
    "access_programs background_options context_management image max_tool_calls moderation prompt "
    "prompt_cache_options prompt_cache_retention top_logprobs"
)

# What chat calls it, and what it is called here.
_NAMES = {
    "messages": "input",
    "max_completion_tokens": "max_output_tokens",
    "response_format": "text.format",
    "reasoning_effort": "reasoning.effort",
}

SHAPE = Object(
    {
        "model": Text(shortest=1, says="the name of an alias; GET /v1/models lists them"),
        "input": INPUT,
        "instructions": Text(),
        "max_output_tokens": Number(1, whole=True),
        "metadata": Labels(),
        "stream": Flag(),
        "background": Choice(False),
        "include": Choice([]),
        "conversation": _KEPT,
        "previous_response_id": _KEPT,
        **PARAMETERS,
        **_HINTS,
        **dict.fromkeys(_NOT_SERVED.split(), Never()),
    },
    required=("model", "input"),
)


def parse(fields: Mapping[str, Any]) -> ChatRequest:
    """Read a body that SHAPE has passed."""
    given = {name: value for name, value in fields.items() if value is not None}
    most = int(given["max_output_tokens"]) if "max_output_tokens" in given else None
    return ChatRequest(
        alias=given["model"],
        messages=(*_instructions(given), *parse_input(given["input"])),
        max_tokens=most,
        parameters=parse_parameters(given),
        stream=given.get("stream", False),
        echo={**_echo(given), "max_output_tokens": most},
        names=_NAMES,
    )


def _instructions(given: Mapping[str, Any]) -> tuple[Message, ...]:
    text = given.get("instructions", "")
    return (Message("system", ({"text": text},)),) if text.strip() else ()


def _echo(given: Mapping[str, Any]) -> dict[str, Any]:
    """A response repeats what it was asked with, and says which of it is so here."""
    reasoning, text = given.get("reasoning", {}), given.get("text", {})
    return {
        "background": False,
        "instructions": given.get("instructions"),
        "metadata": given.get("metadata", {}),
        "parallel_tool_calls": given.get("parallel_tool_calls", True),
        "previous_response_id": None,
        "reasoning": {"effort": reasoning.get("effort"), "summary": None},
        "service_tier": "default",
        "store": False,
        "temperature": given.get("temperature"),
        "text": {"format": text.get("format") or {"type": "text"}},
        "tool_choice": given.get("tool_choice", "auto"),
        "tools": given.get("tools", []),
        "top_p": given.get("top_p"),
        "truncation": "disabled",
    }
