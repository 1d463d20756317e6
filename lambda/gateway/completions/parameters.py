"""The parameters of a chat that may go to a model: what a value may be, whatever the model."""

from __future__ import annotations

from gateway.shape import Anything, Choice, Either, Flag, List, Number, Object, Tagged, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
MOST_STOPS, MOST_TOOLS = 4, 128
STOP = Text(shortest=1)
# Converse takes no more (InferenceConfiguration), whatever OpenAI allows.
TEMPERATURE = TOP_P = Number(0, 1)
# ToolSpecification.name of the service model.
NAME = Text(shortest=1, longest=64, pattern="^[a-zA-Z0-9_-]+$", says="a name of a-z, 0-9, _ and -")

SCHEMA = Object(
    {"name": NAME, "schema": Anything(dict), "description": Text(), "strict": Flag()},
    required=("name", "schema"),
)
_FUNCTION = Object(
    # Bedrock holds a model to `parameters` as far as the model can be held; `strict` adds nothing.
    {"name": NAME, "description": Text(), "parameters": Anything(dict), "strict": Flag()},
    required=("name",),
)
_TOOL = Object({"type": Choice("function"), "function": _FUNCTION}, required=("type", "function"))
_CHOSEN = Object(
    {
        "type": Choice("function"),
        "function": Object({"name": Text(shortest=1)}, required=("name",)),
    },
    required=("type", "function"),
)

PARAMETERS = {
    "temperature": TEMPERATURE,
    "top_p": TOP_P,
    "stop": Either(STOP, List(STOP, least=1, most=MOST_STOPS)),
    "reasoning_effort": Choice(*EFFORTS),
    # Only a schema is an order that a model can be held to.
    "response_format": Tagged(
        "type",
        {
            "text": Object({"type": Choice("text")}),
            "json_schema": Object(
                {"type": Choice("json_schema"), "json_schema": SCHEMA}, required=("json_schema",)
            ),
        },
    ),
    "tools": List(_TOOL, least=1, most=MOST_TOOLS),
    "tool_choice": Either(Choice("auto", "none", "required"), _CHOSEN),
    # No model behind Converse takes these: an alias drops or refuses them, by its own word.
    "seed": Number(whole=True),
    "frequency_penalty": Number(-2, 2),
    "presence_penalty": Number(-2, 2),
    "parallel_tool_calls": Flag(),
}
# The values that ask for nothing.
_NEUTRAL = {"frequency_penalty": 0, "presence_penalty": 0, "parallel_tool_calls": True}


def parse_parameters(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What is given of `PARAMETERS`, as `ChatRequest.parameters` holds it."""
    given = {name: fields[name] for name in PARAMETERS if fields.get(name) is not None}
    read = {name: _READ[name](value) if name in _READ else value for name, value in given.items()}
    return {
        name: value
        for name, value in read.items()
        if value is not None and value != _NEUTRAL.get(name)
    }


def _stop(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _response_format(value: Mapping[str, Any]) -> Mapping[str, Any] | None:
    schema: Mapping[str, Any] | None = value.get("json_schema")
    return schema


def _tools(value: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [tool["function"] for tool in value]


def _tool_choice(value: str | dict[str, Any]) -> str | list[str]:
    """'auto', 'none', 'required', or the name of the one function to call, as a list of one."""
    return value if isinstance(value, str) else [value["function"]["name"]]


_READ: dict[str, Any] = {
    "stop": _stop,
    "response_format": _response_format,
    "tools": _tools,
    "tool_choice": _tool_choice,
}
