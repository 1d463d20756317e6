"""The function that talks to models: one conversation, in any of the three APIs."""

from __future__ import annotations

import importlib

from gateway import conversation, edge
from gateway.aws import client
from gateway.breaker import breakers
from gateway.settings import settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from gateway.aws import Upstream
    from gateway.breaker import Breakers
    from gateway.dialect import Dialect
    from gateway.edge import Answer, Reply, Request, Stream
    from gateway.settings import Settings

# Loaded when it is first asked for: a cold start pays for the one that it serves.
_DIALECTS = {
    "/v1/chat/completions": "completions",
    "/v1/responses": "responses",
    "/v1/messages": "messages",
}


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    return edge.buffered(respond(event, context))


def respond(event: Mapping[str, Any], context: Any) -> Answer:
    return answer(event, context, settings=settings(), upstream=client(), breakers=breakers())


def answer(
    event: Mapping[str, Any],
    context: Any,
    *,
    settings: Settings,
    upstream: Upstream,
    breakers: Breakers,
) -> Answer:
    """`respond` with everything that it holds on to between requests given to it."""
    dialect = dialect_of(event["resource"])

    def route(request: Request) -> Reply | Stream:
        return conversation.answer(
            request, dialect, settings=settings, upstream=upstream, breakers=breakers
        )

    return edge.respond(
        event, context, route, settings=settings, once_with=upstream, error_body=dialect.error
    )


def dialect_of(resource: str) -> Dialect:
    """The API that a route imitates; KeyError for a route that is another function's."""
    found: Any = importlib.import_module(f"gateway.{_DIALECTS[resource]}")
    dialect: Dialect = found
    return dialect
