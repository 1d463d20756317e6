"""Which alias a request names, and whether its tenant may: the same rule for every route."""

from __future__ import annotations

from gateway.edge import tenant_of
from gateway.errors import forbidden, invalid, model_not_found

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gateway.edge import Request
    from gateway.settings import Alias, Settings

_PURPOSE = {"chat": "answers chats", "embedding": "makes embeddings"}


def find(name: str, kind: str, request: Request, settings: Settings) -> Alias:
    """The alias, with the tenant's own models; 404 if unknown, 403 if another tenant's."""
    allowed = tenant_of(request, settings).aliases
    if name not in settings.aliases:
        raise model_not_found(name, list(allowed))
    if name not in allowed:
        raise forbidden(f"This key may not use {name!r}; it may use {sorted(allowed)}.")
    alias = settings.aliases[name]
    request.facts["alias"] = request.facts["gen_ai.request.model"] = name
    if alias.kind != kind:
        raise invalid("model", f"{name!r} {_PURPOSE[alias.kind]}; this route needs another alias.")
    own = settings.own_targets.get(f"{name}@{request.tenant}")
    return alias._replace(targets=own) if own else alias
