"""Which function answers which path, as the deployed API routes it."""

from __future__ import annotations

import re
from typing import NamedTuple


class Route(NamedTuple):
    """`module` is the gateway's, `resource` API Gateway's name for the path."""

    method: str
    resource: str
    module: str


ROUTES = (
    Route("POST", "/v1/chat/completions", "chat"),
    Route("POST", "/v1/responses", "chat"),
    Route("POST", "/v1/messages", "chat"),
    Route("POST", "/v1/embeddings", "embeddings"),
    Route("POST", "/v1/knowledge/{name}/search", "search"),
    Route("GET", "/v1/models", "models"),
    Route("GET", "/v1/models/{alias}", "models"),
    Route("GET", "/v1/openapi.json", "models"),
    Route("GET", "/v1/usage", "usage"),
    Route("GET", "/v1/openapi.json", "models"),
)

_PATTERNS = [
    (re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.resource)), route) for route in ROUTES
]


def find(method: str, path: str) -> tuple[Route | None, dict[str, str], list[str]]:
    """The route with the path's parameters; without one, the methods that the path does have."""
    allowed = []
    for pattern, route in _PATTERNS:
        if matched := pattern.fullmatch(path):
            if route.method == method:
                return route, matched.groupdict(), []
            allowed.append(route.method)
    return None, {}, allowed
