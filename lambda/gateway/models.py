"""`GET /v1/models`: the aliases that the caller may use, as OpenAI lists models."""

from __future__ import annotations

from gateway import edge
from gateway.settings import settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from gateway.edge import Reply, Request
    from gateway.settings import Alias, Settings


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    return edge.answer(event, context, lambda request: models(request, settings=settings()))


def models(request: Request, *, settings: Settings) -> Reply:
    """The caller's aliases, and nothing of anybody else's."""
    allowed = edge.allowed_aliases(request, settings)
    data = [_model(name, settings.aliases[name]) for name in sorted(allowed)]
    return edge.Reply({"object": "list", "data": data}, {})


def _model(name: str, alias: Alias) -> dict[str, object]:
    return {
        "id": name,
        "object": "model",
        "created": 0,  # an alias has no birthday; OpenAI's clients want a number
        "owned_by": alias.targets[0].owned_by,
        "description": alias.description,
        "kind": alias.kind,
    }
