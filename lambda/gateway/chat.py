"""`POST /v1/chat/completions`: an alias's models, guardrail and documents, as OpenAI's chat."""

from __future__ import annotations

import time

from gateway import chat_request, converse, edge, knowledge, usage
from gateway.aws import AwsError, Unreachable, UpstreamFailure, client
from gateway.errors import forbidden, invalid, model_not_found
from gateway.settings import settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from gateway.aws import Upstream
    from gateway.edge import Reply, Request
    from gateway.settings import Alias, Settings, Target

# Another model may do better; 400, 403 and 404 would only be repeated (reliability.md §2.2).
_NEXT_MODEL = frozenset((408, 424, 429, 500, 502, 503, 504))


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    return edge.answer(
        event,
        context,
        lambda request: chat(request, settings=settings(), upstream=client()),
    )


def chat(request: Request, *, settings: Settings, upstream: Upstream) -> Reply:
    """Answer one conversation; raises a GatewayError or an UpstreamFailure."""
    asked = chat_request.parse(request.body, max_bytes=settings.max_body_bytes)
    alias = _alias(asked.alias, request, settings)
    converse.check_parameters(asked, alias)

    passages = knowledge.retrieve(asked.question, alias, upstream, request.deadline)
    question = knowledge.ask_with(passages, asked.question, alias)
    body = converse.to_converse(asked, alias, question)
    target, answer = _first_answer(alias, body, upstream, request.deadline)

    completion = converse.from_converse(
        answer, request_id=request.id, created=int(time.time()), target=target
    )
    if alias.knowledge_base:
        knowledge.cite(completion, passages)
    usage.record(request, completion["usage"], target, settings=settings, upstream=upstream)
    return edge.Reply(completion, {"x-strata-model": target.id})


def _alias(name: str, request: Request, settings: Settings) -> Alias:
    allowed = edge.allowed_aliases(request, settings)
    if name not in settings.aliases:
        raise model_not_found(name, list(allowed))
    if name not in allowed:
        raise forbidden(f"This key may not use {name!r}; it may use {sorted(allowed)}.")
    alias = settings.aliases[name]
    if alias.kind != "chat":
        raise invalid("model", f"{name!r} makes embeddings; it cannot chat.")
    return alias


def _first_answer(
    alias: Alias, body: Mapping[str, Any], upstream: Upstream, deadline: float
) -> tuple[Target, dict[str, Any]]:
    """The first of the alias's models that answers, within one deadline for all of them."""
    *others, last = alias.targets
    for target in others:
        try:
            return target, _converse(target, body, upstream, deadline)
        except UpstreamFailure as failure:
            if not _worth_another(failure):
                raise
    return last, _converse(last, body, upstream, deadline)


def _worth_another(failure: UpstreamFailure) -> bool:
    if isinstance(failure, AwsError):
        return failure.status in _NEXT_MODEL
    return isinstance(failure, Unreachable)


def _converse(
    target: Target, body: Mapping[str, Any], upstream: Upstream, deadline: float
) -> dict[str, Any]:
    assert target.arn is not None  # a chat alias has a profile for each of its models
    try:
        return upstream.converse(target.arn, body, deadline)
    except AwsError as refused:
        if refused.status != 400:
            raise
        message = "The model refused the request: it may be too long, or ask for what it cannot do."
        raise invalid("messages", message) from refused
