"""What a model says, before anybody words it: a whole answer, or a stream that has begun."""

from __future__ import annotations

import json

from gateway.aws import UpstreamFailure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from gateway.aws import Events
    from gateway.breaker import Breaker


def whole(answer: dict[str, Any]) -> dict[str, Any]:
    """What Converse must hold and the gateway reads: half an answer is none, and has no price."""
    try:
        texts = [block.get("text", "") for block in answer["output"]["message"]["content"]]
        counts = [answer["usage"][name] for name in ("inputTokens", "outputTokens")]
        is_whole = _all(str, [answer["stopReason"], *texts]) and _all(int, counts)
    except (AttributeError, KeyError, TypeError):
        is_whole = False
    if not is_whole:
        raise UpstreamFailure("the model's answer is not whole")
    return answer


def without_reasoning(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Converse's guardrail does not look at reasoning, so behind one nobody gets to see it.

    https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-use-converse-api.html
    """
    message = answer["output"]["message"]
    content = [block for block in message["content"] if "reasoningContent" not in block]
    return {**answer, "output": {"message": {**message, "content": content}}}


def _all(kind: type, values: Sequence[object]) -> bool:
    return all(isinstance(value, kind) for value in values)


class Opened:
    """A stream whose first words are here: nobody else will be asked any more.

    Its breaker hears how it ended, once.
    """

    usage: Mapping[str, int] | None = None  # comes last, if it comes

    def __init__(self, first: dict[str, Any], events: Events, breaker: Breaker) -> None:
        self._first, self._events, self._breaker = first, events, breaker
        self._ended = False

    def __iter__(self) -> Iterator[dict[str, Any]]:
        yield self._first
        yield from self._events

    def end(self, failure: BaseException | None) -> None:
        """Hang up, whatever is still to come; `failure` is the model's, or says nothing of it."""
        if not self._ended:
            self._ended = True
            self._breaker.end(failure)
            self._events.close()


def first_words(events: Events, breaker: Breaker) -> Opened:
    """Wait until the model speaks: what breaks before that, another model can make good."""
    try:
        for event in events:
            if "messageStart" not in event:
                return Opened(event, events, breaker)
        raise UpstreamFailure("the model's stream ended before its first word")
    except BaseException:
        events.close()
        raise


class Said:
    """A whole answer in the shape of a stream, for who asked for one where there is none."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self._answer = answer
        self.usage: Mapping[str, int] | None = answer["usage"]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return _as_events(self._answer)

    def end(self, failure: BaseException | None) -> None:
        """Nothing is left open by a whole answer."""


def _as_events(answer: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for i, block in enumerate(answer["output"]["message"]["content"]):
        at = {"contentBlockIndex": i}
        if use := block.get("toolUse"):
            start = {"toolUseId": use["toolUseId"], "name": use["name"]}
            yield {"contentBlockStart": {**at, "start": {"toolUse": start}}}
        for delta in _deltas(block):
            yield {"contentBlockDelta": {**at, "delta": delta}}
        yield {"contentBlockStop": at}
    yield {"messageStop": {"stopReason": answer["stopReason"]}}
    yield {"metadata": {"usage": answer["usage"]}}


def _deltas(block: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if "toolUse" in block:
        given = json.dumps(block["toolUse"]["input"], ensure_ascii=False)
        yield {"toolUse": {"input": given}}
    elif "reasoningContent" in block:
        reasoning = block["reasoningContent"]
        for name, value in reasoning.get("reasoningText", reasoning).items():
            yield {"reasoningContent": {name: value}}
    else:
        yield dict(block)
