"""`GET /v1/usage`: what the caller's tenant has spent this month, and what it has left."""

from __future__ import annotations

import time

from gateway import edge, month
from gateway.aws import client
from gateway.ledger import Ledger
from gateway.settings import settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from gateway.aws import Upstream
    from gateway.edge import Answer, Reply, Request
    from gateway.settings import Settings

_MICRO = 1_000_000

_USD = {"type": "number", "minimum": 0}
_COUNT = {"type": "integer", "minimum": 0}
_FIELDS = {
    "object": {"const": "usage"},
    "tenant": {"type": "string"},
    "month": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$", "description": "In UTC."},
    "currency": {"const": "USD"},
    "spent_usd": _USD,
    "reserved_usd": {**_USD, "description": "What requests that run now may cost at most."},
    "budget_usd": _USD,
    "remaining_usd": {**_USD, "description": "Neither spent nor reserved."},
    "requests": _COUNT,
    "input_tokens": _COUNT,
    "output_tokens": _COUNT,
    "requests_per_second": {**_COUNT, "description": "The tenant's limit."},
    "resets_on": {"type": "string", "format": "date"},
}
# JSON Schema of the reply, for openapi.json.
RESPONSE: dict[str, Any] = {
    "type": "object",
    "properties": _FIELDS,
    "required": list(_FIELDS),
    "additionalProperties": False,
}


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    return edge.buffered(respond(event, context))


def respond(event: Mapping[str, Any], context: Any) -> Answer:
    return answer(event, context, settings=settings(), upstream=client())


def answer(
    event: Mapping[str, Any], context: Any, *, settings: Settings, upstream: Upstream
) -> Answer:
    """`respond` with everything that it holds on to between requests given to it."""

    def route(request: Request) -> Reply:
        return usage(request, settings=settings, upstream=upstream)

    return edge.respond(event, context, route, settings=settings)


def usage(
    request: Request,
    *,
    settings: Settings,
    upstream: Upstream,
    clock: Callable[[], float] = time.time,
) -> Reply:
    """The tenant's current month; what a crash left reserved counts as not reserved."""
    tenant = edge.tenant_of(request, settings)
    now = clock()
    name = month.name_of(now)
    ledger = Ledger(request.tenant, name, table=settings.usage_table, upstream=upstream)
    row = ledger.read(request.deadline)
    left = row.left_behind(now, settings.timeout_s)
    committed = row.committed - sum(left.values())
    return edge.Reply(
        {
            "object": "usage",
            "tenant": request.tenant,
            "month": name,
            "currency": "USD",
            "spent_usd": _usd(row.spent),
            "reserved_usd": _usd(committed - row.spent),
            "budget_usd": _usd(tenant.budget_micro_usd),
            "remaining_usd": _usd(max(0, tenant.budget_micro_usd - committed)),
            "requests": row.requests,
            "input_tokens": row.input_tokens,
            "output_tokens": row.output_tokens,
            "requests_per_second": tenant.requests_per_second,
            "resets_on": month.resets_on(name),
        }
    )


def _usd(micro: int) -> float:
    """Correctly rounded, so that it is written with the six decimals that it has."""
    return micro / _MICRO
