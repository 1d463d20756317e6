"""The parameters of a response that may go to a model, in the names of OpenAI's chat."""

from __future__ import annotations

from gateway.completions.parameters import EFFORTS, MOST_TOOLS, NAME, TEMPERATURE, TOP_P
from gateway.errors import invalid
from gateway.shape import Anything, Choice, Either, Flag, List, Never, Object, Tagged, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

# No model's reasoning is shown: a summary may be asked for, and is promised to nobody.
_SUMMARY = Choice("auto", "concise", "detailed")
_SCHEMA = {"name": NAME, "schema": Anything(dict), "description": Text(), "strict": Flag()}
_FORMATS = {
    "text": Object({"type": Choice("text")}),
    # Only a schema is an order that a model can be held to.
    "json_schema": Object({"type": Choice("json_schema"), **_SCHEMA}, required=("name", "schema")),
}
# What a tool holds besides its type and `strict`, which adds nothing: Bedrock holds a model to
# `parameters` as far as the model can be held.
_FUNCTION = {"name": NAME, "description": Text(), "parameters": Anything(dict)}
_TOOLS = {
    "function": Object(
        {"type": Choice("function"), **_FUNCTION, "strict": Flag()}, required=("name",)
    )
}
_CHOSEN = {"function": Object({"type": Choice("function"), "name": NAME}, required=("name",))}

PARAMETERS = {
    "temperature": TEMPERATURE,
    "top_p": TOP_P,
    "tools": List(Tagged("type", _TOOLS), most=MOST_TOOLS),
    "tool_choice": Either(
        Tagged("type", _CHOSEN), Choice("auto", "none", "required"), says="a mode or a function"
    ),
    "parallel_tool_calls": Flag(),
    "text": Object({"format": Tagged("type", _FORMATS), "verbosity": Never()}),
    "reasoning": Object(
        {"effort": Choice(*EFFORTS), "summary": _SUMMARY, "generate_summary": _SUMMARY}
    ),
}


def parse_parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """As `ChatRequest.parameters` holds them; a 400 for a tool to be called that is not there."""
    parameters = {name: given[name] for name in ("temperature", "top_p") if name in given}
    if tools := [_function(tool) for tool in given.get("tools", [])]:
        parameters["tools"] = tools
    if "tool_choice" in given:
        parameters["tool_choice"] = _tool_choice(given["tool_choice"], tools)
    if given.get("parallel_tool_calls") is False:  # true asks for nothing
        parameters["parallel_tool_calls"] = False
    if effort := given.get("reasoning", {}).get("effort"):
        parameters["reasoning_effort"] = effort
    if schema := _schema(given.get("text", {}).get("format")):
        parameters["response_format"] = schema
    return parameters


def _function(tool: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tool[name] for name in _FUNCTION if tool.get(name) is not None}


def _schema(format: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if format is None or "schema" not in format:
        return None
    return {name: format[name] for name in _SCHEMA if format.get(name) is not None}


def _tool_choice(choice: Any, tools: list[dict[str, Any]]) -> str | list[str]:
    """'auto', 'none', 'required', or the name of the one function to call, as a list of one."""
    if isinstance(choice, str):
        if choice == "required" and not tools:
            raise invalid("tool_choice", "'tool_choice' requires a call, and there are no 'tools'.")
        return choice
    if choice["name"] not in [tool["name"] for tool in tools]:
        raise invalid("tool_choice.name", "'tool_choice' names a function that is not in 'tools'.")
    return [choice["name"]]
