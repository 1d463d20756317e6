"""R2: bodies by the schema, right and wrong, at every route."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from importlib import import_module
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

from tests.robustness.gateway import SEARCH, Gateway
from tests.robustness.strategies import right, wrong

MODULES = {
    "/v1/chat/completions": "completions",
    "/v1/responses": "responses",
    "/v1/messages": "messages",
    "/v1/embeddings": "embeddings",
    SEARCH: "search",
}
USER = {"role": "user", "content": "Hello."}
FUNCTION = {"name": "look", "parameters": {"type": "object"}}
LONGEST = {"max_tokens": 256, "max_completion_tokens": 256, "max_output_tokens": 256}


def shape_of(path: str) -> Any:
    return import_module(f"gateway.{MODULES[path]}").SHAPE


def completed(path: str, body: dict[str, Any]) -> dict[str, Any]:
    """What no schema can say, put right: who speaks last, which tools there are."""
    if path == SEARCH:
        return body
    body = _mended(body)
    body["model"] = "embed-default" if path == "/v1/embeddings" else "plain"
    for name, most in LONGEST.items():
        if body.get(name):
            body[name] = min(int(body[name]), most)
    if path == "/v1/chat/completions":
        body["messages"] = [USER, *body["messages"], USER]
        body["tools"] = [{"type": "function", "function": FUNCTION}]
    elif path == "/v1/messages":
        body["messages"] = [USER, *body["messages"], USER]
        body["tools"] = [{"name": "look", "input_schema": {"type": "object"}}]
    elif path == "/v1/responses":
        given_items = body["input"] if isinstance(body["input"], list) else []
        body["input"] = [USER, *given_items, USER]
        body["tools"] = [{"type": "function", **FUNCTION}]
    if isinstance(body.get("tool_choice"), dict) and "name" in body["tool_choice"]:
        body["tool_choice"]["name"] = "look"
    return body


def _mended(value: Any, key: str = "") -> Any:
    """Texts that are not blank, and arguments that are JSON."""
    if isinstance(value, dict):
        return {name: _mended(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_mended(each, key) for each in value]
    if not isinstance(value, str):
        return value
    if key == "arguments":
        return "{}"
    return f"x{value}" if key in ("text", "refusal", "content", "instructions") else value


def check_right(path: str, count: int) -> None:
    """Raises AssertionError with the smallest body that was refused although it is right."""
    gateway = Gateway()

    @_many(count)
    @given(right(shape_of(path)))
    def accepted(body: dict[str, Any]) -> None:
        sent = completed(path, body)
        status, _, answer = gateway.send("POST", path, json.dumps(sent).encode())
        assert status == 200, (sent, answer)

    with redirect_stdout(io.StringIO()):  # a log line a request
        accepted()


def check_wrong(path: str, count: int) -> None:
    """Raises AssertionError with the smallest body that was not refused as it should be."""
    gateway = Gateway()

    @_many(count)
    @given(wrong(shape_of(path)))
    def refused(body: dict[str, Any]) -> None:
        status, _, answer = gateway.send("POST", path, json.dumps(body).encode())
        error = json.loads(answer)["error"]
        assert status in (400, 413), (body, answer)
        assert {"message", "type"} <= error.keys()

    with redirect_stdout(io.StringIO()):
        refused()


def _many(count: int) -> Any:
    return settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
