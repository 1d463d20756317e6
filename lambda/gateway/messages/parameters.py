"""The parameters of a message that may go to a model, under the names of `ChatRequest`."""

from __future__ import annotations

from gateway.errors import invalid
from gateway.messages.blocks import CACHE_CONTROL, NAME
from gateway.messages.content import CACHE_POINT
from gateway.shape import Anything, Choice, Flag, List, Number, Object, Tagged, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_MOST_STOPS, _MOST_TOOLS = 4, 128

_TOOL = Object(
    {
        "type": Choice("custom"),
        "name": NAME,
        "description": Text(),
        "input_schema": Anything(dict),
        "strict": Flag(),
        "cache_control": CACHE_CONTROL,
    },
    required=("name", "input_schema"),
)
_ALONE = {"disable_parallel_tool_use": Flag()}
_TOOL_CHOICE = Tagged(
    "type",
    {
        "auto": Object({"type": Choice("auto"), **_ALONE}),
        "any": Object({"type": Choice("any"), **_ALONE}),
        "tool": Object({"type": Choice("tool"), "name": NAME, **_ALONE}, required=("name",)),
        "none": Object({"type": Choice("none")}),
    },
)
_DISPLAY = {"display": Choice("summarized", "omitted")}
_THINKING = Tagged(
    "type",
    {
        "disabled": Object({"type": Choice("disabled")}),
        "adaptive": Object({"type": Choice("adaptive"), **_DISPLAY}),
        "between_tools": Object({"type": Choice("between_tools")}),
        "enabled": Object(
            {"type": Choice("enabled"), "budget_tokens": Number(1024, whole=True), **_DISPLAY},
            required=("budget_tokens",),
        ),
    },
)
_FORMAT = Object({"type": Choice("json_schema"), "schema": Anything(dict)}, required=("schema",))
_OUTPUT = Object(
    {
        "effort": Choice("low", "medium", "high", "xhigh", "max"),
        "format": Tagged("type", {"json_schema": _FORMAT}),
    }
)

PARAMETERS = {
    "temperature": Number(0, 1),
    "top_p": Number(0, 1),
    "top_k": Number(0, whole=True),
    "stop_sequences": List(Text(shortest=1), most=_MOST_STOPS),
    "output_config": _OUTPUT,
    "tools": List(Tagged("type", {"custom": _TOOL}, default="custom"), most=_MOST_TOOLS),
    "tool_choice": _TOOL_CHOICE,
    "thinking": _THINKING,
}


def parse_parameters(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Read what PARAMETERS have passed; raises a 400 for a choice among tools that are not there.

    No model behind Converse takes top_k, thinking, strict or disable_parallel_tool_use: an alias
    drops or refuses them, by its own word.
    """
    tools, choice = fields.get("tools") or [], fields.get("tool_choice") or {}
    output = fields.get("output_config") or {}
    read = {
        "temperature": fields.get("temperature"),
        "top_p": fields.get("top_p"),
        "top_k": fields.get("top_k"),
        "stop": fields.get("stop_sequences") or None,
        "reasoning_effort": output.get("effort"),
        "response_format": _response_format(output.get("format")),
        "tools": [_function(tool) for tool in tools] or None,
        "tool_choice": _tool_choice(choice, [tool["name"] for tool in tools]),
        "thinking": _thinking(fields.get("thinking")),
        "strict": any(tool.get("strict") for tool in tools) or None,
        "disable_parallel_tool_use": choice.get("disable_parallel_tool_use") or None,
    }
    return {name: value for name, value in read.items() if value is not None}


def _response_format(format: Mapping[str, Any] | None) -> dict[str, Any] | None:
    # Converse wants a name for the schema, and Anthropic has none.
    return {"name": "answer", "schema": format["schema"]} if format else None


def _function(tool: Mapping[str, Any]) -> dict[str, Any]:
    function = {"name": tool["name"], "parameters": tool["input_schema"]}
    if tool.get("description"):
        function["description"] = tool["description"]
    if tool.get("cache_control"):
        function |= CACHE_POINT
    return function


def _tool_choice(choice: Mapping[str, Any], names: list[str]) -> str | list[str] | None:
    """'auto', 'none', 'required', or the name of the one tool to call, as a list of one."""
    if not choice or choice["type"] in ("auto", "none"):
        return choice.get("type")
    if choice["type"] == "tool" and choice["name"] not in names:
        raise invalid("tool_choice.name", "'tool_choice.name' must be the name of one of 'tools'.")
    if not names:
        raise invalid("tool_choice", "'tool_choice' asks for a tool; 'tools' must have one.")
    return [choice["name"]] if choice["type"] == "tool" else "required"


def _thinking(thinking: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return None if thinking is None or thinking["type"] == "disabled" else thinking
