"""One conversation with an alias, whichever API it came through: its order is the platform's rule.

Understood, allowed, fitted, paid for, guarded, answered, settled, guarded again, worded.
"""

from __future__ import annotations

import time

from gateway import aliases, bounds, converse, fit, grounds, knowledge, refused, tool_guard
from gateway.body import parse_object
from gateway.budget import Spending
from gateway.dialect import Head
from gateway.edge import Reply, Stream
from gateway.fallback import Chain
from gateway.replies import Said, without_reasoning
from gateway.telling import Telling, known_stop, note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, NamedTuple, TypeVar

    from gateway.aws import Upstream
    from gateway.breaker import Breakers
    from gateway.chat_request import ChatRequest
    from gateway.dialect import Dialect
    from gateway.edge import Request
    from gateway.grounds import Grounds
    from gateway.replies import Opened
    from gateway.settings import Alias, Settings, Target

    Answered = TypeVar("Answered")
else:
    from gateway.record import NamedTuple


_REFUSED = "Bedrock refused the request: it may be too long, or ask for what it cannot do."


class Conversation(NamedTuple):
    """What is known of a request once it may be answered.

    `reads` and `writes` are how many tokens it can take at most: so much is reserved for it.
    """

    request: Request
    asked: ChatRequest
    alias: Alias
    targets: tuple[Target, ...]
    reads: int
    writes: int
    dialect: Dialect
    settings: Settings
    upstream: Upstream
    breakers: Breakers

    @property
    def metadata(self) -> dict[str, str]:
        """What tells tenants apart in AWS's invocation logs, whatever profile they share."""
        return {
            "environment": self.settings.environment,
            "tenant": self.request.tenant,
            "alias": self.asked.alias,
        }


def answer(
    request: Request,
    dialect: Dialect,
    *,
    settings: Settings,
    upstream: Upstream,
    breakers: Breakers,
) -> Reply | Stream:
    """Answer one conversation; raises a GatewayError or an UpstreamFailure."""
    request.facts["gen_ai.operation.name"] = "chat"
    request.facts["gen_ai.provider.name"] = "aws.bedrock"
    fields = parse_object(request.body, max_bytes=settings.max_body_bytes)
    dialect.SHAPE.check("", fields)
    alias = aliases.find(fields["model"], "chat", request, settings)
    asked = dialect.parse(fields)
    converse.check_max_tokens(asked, alias)
    targets = fit.able(asked, alias)
    held = Conversation(
        request,
        asked,
        alias,
        targets,
        bounds.reads(asked, alias),
        bounds.writes(asked, alias),
        dialect,
        settings,
        upstream,
        breakers,
    )
    most = bounds.most_micro_usd(asked, alias, targets)
    spending = Spending.reserve(request, most, settings=settings, upstream=upstream)
    try:
        return _answer(held, spending)
    except BaseException:
        spending.release()
        raise


def _answer(held: Conversation, spending: Spending) -> Reply | Stream:
    request, asked, alias = held.request, held.asked, held.alias
    asked, blocked = _refused_by_name(
        lambda: tool_guard.guard_input(asked, alias, held.upstream, request.deadline)
    )
    if blocked is not None:
        return _say(held, held.targets[0], tool_guard.intervened(blocked), spending, grounds.NONE)
    held = held._replace(asked=asked)
    found = _refused_by_name(lambda: grounds.find(held, spending))
    if found.from_documents and not found.passages:
        # Whether there is nothing, or nothing for this caller, nobody is told.
        return _say(held, held.targets[0], grounds.refusal(alias), spending, found)
    streams = asked.stream and _may_stream(held)
    chain = _chain(held, found, streams)
    if streams:
        target, opened = _refused_by_name(lambda: chain.first_stream(held.targets))
        return _stream(held, target, opened, spending, found)
    target, answer = _refused_by_name(lambda: chain.first_answer(held.targets))
    return _say(held, target, answer, spending, found)


def _may_stream(held: Conversation) -> bool:
    """Whether an answer is relevant is known at its end, when a stream of it has been read:
    https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-contextual-grounding-check.html
    """
    grounded = held.alias.grounded and held.asked.question
    return not grounded and all("streaming" in target.accepts for target in held.targets)


def _chain(held: Conversation, found: Grounds, streams: bool) -> Chain:
    told = held.asked._replace(stream=streams)
    if held.alias.knowledge_base:
        told = knowledge.ask_with(found.passages, told, held.alias.grounded)
    return Chain(
        held.request,
        lambda target: {
            **converse.to_converse(told, held.alias, target),
            "requestMetadata": held.metadata,
        },
        upstream=held.upstream,
        breakers=held.breakers,
    )


def _refused_by_name(ask: Callable[[], Answered]) -> Answered:
    return refused.by_name(ask, None, _REFUSED)


def _say(
    held: Conversation,
    target: Target,
    answer: Mapping[str, Any],
    spending: Spending,
    found: Grounds,
) -> Reply | Stream:
    """Word a whole answer; as a stream, if that is what was asked for."""
    if held.asked.stream:
        return _stream(held, target, Said(answer), spending, found)
    spending.settle(answer["usage"], target)
    stop = known_stop(answer["stopReason"])
    guardrail, deadline = held.alias.guardrail, held.request.deadline
    answer = without_reasoning(answer) if guardrail else answer
    answer, blocked = tool_guard.guard_output(answer, guardrail, held.upstream, deadline)
    if blocked is not None:
        answer = tool_guard.intervened(blocked, answer["usage"])
        stop = answer["stopReason"]
    shown = grounds.shown(held, found, stop, _text(answer))
    note(held.request, target, stop)
    return Reply(held.dialect.whole(_head(held, target), answer, shown), _headers(held, target))


def _stream(
    held: Conversation,
    target: Target,
    events: Opened | Said,
    spending: Spending,
    found: Grounds,
) -> Stream:
    renderer = held.dialect.renderer(_head(held, target))
    telling = Telling(
        held.request,
        target,
        events,
        renderer,
        spending,
        reads=held.reads,
        writes=held.writes,
        guardrail=held.alias.guardrail,
        upstream=held.upstream,
        shown=lambda stop, said: grounds.shown(held, found, stop, said),
    )
    return Stream(telling.chunks(), _headers(held, target))


def _text(answer: Mapping[str, Any]) -> str:
    blocks = answer["output"]["message"]["content"]
    return "".join(block.get("text", "") for block in blocks)


def _head(held: Conversation, target: Target) -> Head:
    return Head(held.request.id, int(time.time()), target, held.asked)


def _headers(held: Conversation, target: Target) -> dict[str, str]:
    headers = {"x-strata-model": target.id}
    if dropped := fit.unsupported(held.asked, target):
        headers["x-strata-dropped"] = ", ".join(dropped)
    return headers
