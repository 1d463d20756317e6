"""`POST /v1/chat/completions`: an alias's models, guardrail and documents, as OpenAI's chat."""

from __future__ import annotations

import time

from gateway import (
    chat_request,
    completion,
    converse,
    edge,
    fit,
    knowledge,
    tool_guard,
    usage,
)
from gateway.aws import AwsError, client
from gateway.breaker import Breakers, breakers
from gateway.errors import forbidden, invalid, model_not_found, throttled
from gateway.fallback import Chain
from gateway.settings import settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from gateway.aws import Upstream
    from gateway.chat_request import ChatRequest
    from gateway.edge import Reply, Request
    from gateway.knowledge import Passage
    from gateway.settings import Alias, Settings, Target


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    return edge.answer(
        event,
        context,
        lambda request: chat(request, settings=settings(), upstream=client(), breakers=breakers()),
    )


def chat(
    request: Request,
    *,
    settings: Settings,
    upstream: Upstream,
    breakers: Breakers | None = None,
) -> Reply:
    """Answer one conversation; raises a GatewayError or an UpstreamFailure.

    Without `breakers`, nothing that earlier requests have seen of the models counts.
    """
    asked = chat_request.parse(request.body, max_bytes=settings.max_body_bytes)
    alias = _alias(asked.alias, request, settings)
    converse.check_max_tokens(asked, alias)
    targets = fit.able(asked, alias)

    blocked = tool_guard.blocked_input(asked, alias.guardrail, upstream, request.deadline)
    if blocked is not None:
        return _reply(request, asked, targets[0], completion.intervened(blocked))

    # What tells tenants apart in AWS's invocation logs, whatever profile they share.
    metadata = {
        "environment": settings.environment,
        "tenant": request.tenant,
        "alias": asked.alias,
    }
    passages = _passages(asked, alias, upstream, request.deadline)
    with_passages = knowledge.ask_with(passages, asked) if alias.knowledge_base else asked
    chain = Chain(
        request,
        lambda target: {
            **converse.to_converse(with_passages, alias, target),
            "requestMetadata": metadata,
        },
        upstream=upstream,
        breakers=breakers or Breakers(),
    )
    target, answer = _first_answer(chain, targets)
    usage.record(request, answer["usage"], target, settings=settings, upstream=upstream)

    blocked = tool_guard.blocked_output(answer, alias.guardrail, upstream, request.deadline)
    if blocked is not None:
        answer = completion.intervened(blocked, answer["usage"])
    reply = _reply(request, asked, target, answer)
    if alias.knowledge_base and not completion.is_blocked(reply.body):
        shown = knowledge.masked(passages, alias.guardrail, upstream, request.deadline)
        knowledge.cite(reply.body, shown)
    return reply


def _alias(name: str, request: Request, settings: Settings) -> Alias:
    allowed = edge.allowed_aliases(request, settings)
    if name not in settings.aliases:
        raise model_not_found(name, list(allowed))
    if name not in allowed:
        raise forbidden(f"This key may not use {name!r}; it may use {sorted(allowed)}.")
    alias = settings.aliases[name]
    if alias.kind != "chat":
        raise invalid("model", f"{name!r} makes embeddings; it cannot chat.")
    own = settings.own_targets.get(f"{name}@{request.tenant}")
    return alias._replace(targets=own) if own else alias


def _passages(
    asked: ChatRequest, alias: Alias, upstream: Upstream, deadline: float
) -> list[Passage]:
    """None for an alias without a knowledge base, nor for the result of a tool."""
    if alias.knowledge_base is None or not asked.question:
        return []
    return knowledge.retrieve(asked.question, alias.knowledge_base, alias, upstream, deadline)


def _first_answer(chain: Chain, targets: Sequence[Target]) -> tuple[Target, dict[str, Any]]:
    try:
        return chain.first_answer(targets)
    except AwsError as refused:
        if refused.code == "ServiceQuotaExceededException":  # a 400 that is not the caller's fault
            raise throttled() from refused
        if refused.status != 400:
            raise
        message = "The model refused the request: it may be too long, or ask for what it cannot do."
        raise invalid(None, message) from refused


def _reply(
    request: Request, asked: ChatRequest, target: Target, answer: Mapping[str, Any]
) -> Reply:
    body = completion.from_converse(
        answer, request_id=request.id, created=int(time.time()), target=target
    )
    headers = {"x-strata-model": target.id}
    if dropped := fit.unsupported(asked, target):
        headers["x-strata-dropped"] = ", ".join(dropped)
    return edge.Reply(body, headers)
