"""`GET /v1/models` and `/v1/models/{alias}`: what the caller may use, as OpenAI lists models."""

from __future__ import annotations

from gateway import edge
from gateway.errors import model_not_found
from gateway.settings import settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from gateway.edge import Answer, Reply, Request
    from gateway.settings import Alias, Settings


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    return edge.buffered(respond(event, context))


def respond(event: Mapping[str, Any], context: Any) -> Answer:
    return answer(event, context, settings=settings())


def answer(event: Mapping[str, Any], context: Any, *, settings: Settings) -> Answer:
    """`respond` with the settings given to it."""

    def route(request: Request) -> Reply:
        if request.route == "/v1/openapi.json":
            return description()
        return models(request, settings=settings)

    return edge.respond(event, context, route, settings=settings)


def models(request: Request, *, settings: Settings) -> Reply:
    """The caller's aliases, or the one that the path names; nothing of anybody else's."""
    allowed = edge.tenant_of(request, settings).aliases
    name = request.path.get("alias")
    if name is None:
        data = [_model(each, settings.aliases[each]) for each in sorted(allowed)]
        return edge.Reply({"object": "list", "data": data})
    if name not in allowed:
        raise model_not_found(name, list(allowed))
    return edge.Reply(_model(name, settings.aliases[name]))


def description() -> Reply:
    """This API in OpenAPI, made of the shapes that judge its requests."""
    from gateway import openapi  # few ask for it, and it loads every route's shapes

    return edge.Reply(openapi.document())


def _model(name: str, alias: Alias) -> dict[str, object]:
    return {
        "id": name,
        "object": "model",
        "created": 0,  # an alias has no birthday; OpenAI's clients want a number
        "owned_by": alias.targets[0].owned_by,
        "description": alias.description,
        "kind": alias.kind,
    }
