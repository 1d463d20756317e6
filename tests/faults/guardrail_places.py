"""Every place where the gateway asks ApplyGuardrail: a request that leads there, on each route."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.robustness.gateway import SEARCH

NAME, SCHEMA = "look_up", {"type": "object", "properties": {"city": {"type": "string"}}}
QUESTION = "How long is it?"
_FORMAT = {"type": "json_schema", "name": "x", "schema": {"type": "object"}}
_RESULT = "34 days."


class Place(NamedTuple):
    """`source` is what the guardrail is asked about there; the model answers with a call or not."""

    what: str
    route: str
    source: str
    body: dict[str, Any]
    calls: bool = False


def places() -> Iterator[Place]:
    for stream in (False, True):
        for place in _of_a_conversation():
            more = {**place.body, "stream": stream}
            if place.route == "/v1/messages":
                more["max_tokens"] = 9
            yield place._replace(body=more, what=f"{place.what}{', streamed' * stream}")
    body = {"model": "vectors", "input": QUESTION}
    yield Place("a text to embed", "/v1/embeddings", "INPUT", body)
    yield Place("a question to documents", SEARCH, "INPUT", {"query": QUESTION})
    yield Place("passages found", SEARCH, "OUTPUT", {"query": QUESTION})


def _of_a_conversation() -> Iterator[Place]:
    for route, field in _ROUTES.items():
        said, tools, result, earlier = _worded(route)
        documents = {"model": "documents", field: said}
        guarded = {"model": "guarded", field: said}
        yield Place("tools", route, "INPUT", {**guarded, "tools": tools})
        yield Place("a tool's result", route, "INPUT", {**guarded, "tools": tools, field: result})
        yield Place("a tool call", route, "OUTPUT", {**guarded, "tools": tools}, calls=True)
        yield Place("cited passages", route, "OUTPUT", documents)
        grounded = {"model": "grounded", field: earlier}
        yield Place("an assistant's words", route, "INPUT", grounded)
    inner = {"name": "x", "schema": {"type": "object"}}
    asked = {"model": "guarded", "messages": [_user(QUESTION)]}
    asked["response_format"] = {"type": "json_schema", "json_schema": inner}
    yield Place("a schema", "/v1/chat/completions", "INPUT", asked)
    asked = {"model": "guarded", "input": QUESTION, "text": {"format": _FORMAT}}
    yield Place("a schema", "/v1/responses", "INPUT", asked)


_ROUTES = {"/v1/chat/completions": "messages", "/v1/responses": "input", "/v1/messages": "messages"}


def _user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


def _worded(route: str) -> tuple[Any, Any, Any, Any]:
    """A question, a tool, a conversation with its result, and one with an answer, in a dialect."""
    said = [_user(QUESTION)]
    earlier = [*said, {"role": "assistant", "content": "34."}, *said]
    if route == "/v1/chat/completions":
        function = {"name": NAME, "parameters": SCHEMA}
        call = {"id": "c1", "type": "function", "function": {"name": NAME, "arguments": "{}"}}
        calling = {"role": "assistant", "content": None, "tool_calls": [call]}
        result = {"role": "tool", "tool_call_id": "c1", "content": _RESULT}
        tools = [{"type": "function", "function": function}]
        return said, tools, [*said, calling, result], earlier
    if route == "/v1/responses":
        calling = {"type": "function_call", "call_id": "c1", "name": NAME, "arguments": "{}"}
        result = {"type": "function_call_output", "call_id": "c1", "output": _RESULT}
        tools = [{"type": "function", "name": NAME, "parameters": SCHEMA}]
        return said, tools, [*said, calling, result], earlier
    use = {"type": "tool_use", "id": "c1", "name": NAME, "input": {}}
    result = {"type": "tool_result", "tool_use_id": "c1", "content": _RESULT}
    tools = [{"name": NAME, "input_schema": SCHEMA}]
    calling = {"role": "assistant", "content": [use]}
    return said, tools, [*said, calling, _user([result])], earlier
