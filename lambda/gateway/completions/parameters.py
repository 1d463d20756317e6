"""The parameters of a chat, each judged on its own: what a value may be, whatever the model."""

from __future__ import annotations

from gateway.chat_messages import is_text
from gateway.errors import invalid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
_MAX_STOPS = 4
_MAX_TOOLS = 128


def parse_parameters(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What is given of `PARAMETERS`, in OpenAI's names; raises a 400 that names the field."""
    return {
        name: check(name, fields[name])
        for name, check in _CHECKS.items()
        if fields.get(name) is not None
    }


def parse_max_tokens(fields: Mapping[str, Any]) -> int | None:
    """OpenAI has two names for it; the newer one wins."""
    names = ("max_completion_tokens", "max_tokens")
    given = {name: fields[name] for name in names if fields.get(name) is not None}
    for name, value in given.items():
        if not is_number(int, value) or value < 1:
            raise invalid(name, f"{name!r} must be a whole number of at least 1.")
    return next(iter(given.values()), None)


def is_number(kind: type | tuple[type, ...], value: object) -> bool:
    """JSON's true is no number, although Python's is."""
    return isinstance(value, kind) and not isinstance(value, bool)


def _temperature(name: str, value: object) -> object:
    # Converse takes no more (InferenceConfiguration.temperature), whatever OpenAI allows.
    return _within(name, value, 1)


def _top_p(name: str, value: object) -> object:
    return _within(name, value, 1)


def _within(name: str, value: Any, highest: int) -> object:
    if not is_number((int, float), value) or not 0 <= value <= highest:
        raise invalid(name, f"{name!r} must be a number from 0 to {highest}.")
    return value


def _stop(name: str, value: object) -> list[str]:
    stops = [value] if isinstance(value, str) else value
    if not isinstance(stops, list) or not 1 <= len(stops) <= _MAX_STOPS:
        raise invalid(name, f"'stop' must be a string or a list of 1 to {_MAX_STOPS} strings.")
    if not all(is_text(stop) and stop for stop in stops):
        raise invalid(name, "'stop' must hold strings that are not empty.")
    return stops


def _reasoning_effort(name: str, value: object) -> object:
    if value not in EFFORTS:
        raise invalid(name, f"'reasoning_effort' must be one of {list(EFFORTS)}.")
    return value


def _response_format(name: str, value: object) -> object:
    """Only a schema is an order that a model can be held to; None stands for plain text."""
    kind = value.get("type") if isinstance(value, dict) else None
    if kind == "text":
        return None
    schema = value.get("json_schema") if isinstance(value, dict) else None
    if kind != "json_schema" or not isinstance(schema, dict):
        raise invalid(name, "'response_format' must be of type 'text' or 'json_schema'.")
    if not isinstance(schema.get("schema"), dict) or not is_text(schema.get("name")):
        raise invalid(f"{name}.json_schema", "A JSON schema must have a 'name' and a 'schema'.")
    return schema


def _tools(name: str, value: object) -> object:
    if not isinstance(value, list) or not 1 <= len(value) <= _MAX_TOOLS:
        raise invalid(name, f"'tools' must be a list of 1 to {_MAX_TOOLS} functions.")
    return [_tool(f"{name}[{i}]", tool) for i, tool in enumerate(value)]


def _tool(field: str, tool: object) -> dict[str, Any]:
    function = tool.get("function") if isinstance(tool, dict) else None
    if not isinstance(function, dict) or not function.get("name"):
        raise invalid(field, "A tool must be {'type': 'function', 'function': {'name': ...}}.")
    if not is_text(function["name"]) or not is_text(function.get("description") or ""):
        raise invalid(f"{field}.function", "A function's name and description must be text.")
    if not isinstance(function.get("parameters") or {}, dict):
        raise invalid(f"{field}.function.parameters", "'parameters' must be a JSON schema.")
    return function


def _tool_choice(name: str, value: object) -> object:
    """'auto', 'none', 'required', or the name of the one function to call, as a list of one."""
    if value in ("auto", "none", "required"):
        return value
    function = value.get("function") if isinstance(value, dict) else None
    if isinstance(function, dict) and is_text(function.get("name")):
        return [function["name"]]
    raise invalid(name, "'tool_choice' must be 'auto', 'none', 'required' or name a function.")


_CHECKS = {
    "temperature": _temperature,
    "top_p": _top_p,
    "stop": _stop,
    "reasoning_effort": _reasoning_effort,
    "response_format": _response_format,
    "tools": _tools,
    "tool_choice": _tool_choice,
}
PARAMETERS = frozenset(_CHECKS)
