"""A question that follows on others, as one that can be understood without them.

"And in Japan?" finds nothing in any document. The alias's own model words it anew, under the
alias's own guardrail; where it cannot, the question is looked for as it was asked.
"""

from __future__ import annotations

import time

from gateway import converse, observe
from gateway.chat_request import Message
from gateway.errors import GatewayError
from gateway.failures import UpstreamFailure
from gateway.fallback import Chain
from gateway.price import cost_micro_usd, input_tokens
from gateway.stops import END, FINISH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from gateway.budget import Spending
    from gateway.chat_request import ChatRequest
    from gateway.conversation import Conversation
    from gateway.settings import Target

_ORDER = (
    "You word questions. Word the last question of the conversation so that it is understood "
    "without the rest, in its own language. Say the question alone, and do not answer it."
)
MOST_TOKENS = 128
# Bytes of what is read besides the conversation itself: the order, and who says what.
AROUND = 1_000
# Of the time that is left: the answer needs the rest.
_SHARE = 0.25
# A question that is longer was not worded, but answered.
MOST_BYTES = 4_000


def follows_on(asked: ChatRequest) -> bool:
    """Whether something was asked before."""
    return sum(message.role == "user" and bool(message.text) for message in asked.messages) > 1


def question(held: Conversation, spending: Spending) -> str | None:
    """None where there is nothing to word, or nobody who can; what it cost is in `spending`."""
    if not follows_on(held.asked):
        return None
    try:
        target, answer = _chain(held).first_answer(held.targets)
    except (GatewayError, UpstreamFailure) as failure:
        observe.event(held.request.id, "question as asked", error=type(failure).__name__)
        return None
    usage = answer["usage"]
    spending.add(cost_micro_usd(usage, target), input_tokens(usage), usage["outputTokens"])
    return _worded(answer)


def _chain(held: Conversation) -> Chain:
    now, deadline = time.monotonic(), held.request.deadline
    request = held.request._replace(
        deadline=now + (deadline - now) * _SHARE, facts={**held.request.facts}
    )
    alias = held.alias._replace(system_prompt=_ORDER, knowledge_base=None, max_tokens=MOST_TOKENS)
    asked = held.asked._replace(
        messages=(Message("user", ({"text": _conversation(held.asked)},)),),
        max_tokens=None,
        parameters={},
        stream=False,
    )

    def body(target: Target) -> Mapping[str, Any]:
        made = converse.to_converse(asked, alias, target)
        return {**made, "requestMetadata": held.metadata}

    return Chain(request, body, upstream=held.upstream, breakers=held.breakers)


def _conversation(asked: ChatRequest) -> str:
    """What was said by users and assistants; no system text, tool or image."""
    said = [m for m in asked.messages if m.role in ("user", "assistant") and m.text]
    return "\n\n".join(f"{message.role}: {message.text}" for message in said)


def _worded(answer: Mapping[str, Any]) -> str | None:
    """None for what is no question: blocked, cut off, empty or much too long."""
    blocks = answer["output"]["message"]["content"]
    text = "".join(block.get("text", "") for block in blocks).strip()
    whole = FINISH.get(answer["stopReason"]) == END
    return text if whole and 0 < len(text.encode(errors="replace")) <= MOST_BYTES else None
