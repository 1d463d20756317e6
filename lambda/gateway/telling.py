"""A stream while it is told: each of the model's events as it comes, and never a quiet end.

It ends in its dialect's last event only if the model said why it stopped. Everything else is an
explicit error, and is paid for by what was said until then.
"""

from __future__ import annotations

import time
from contextlib import suppress

from gateway import observe, stops, tool_guard
from gateway.aws import UpstreamFailure
from gateway.errors import GatewayError, bad_gateway
from gateway.failures import ClientGone
from gateway.held_call import HeldCall
from gateway.told import told_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping
    from typing import Any

    from gateway.aws import Upstream
    from gateway.budget import Spending
    from gateway.dialect import Renderer
    from gateway.edge import Request
    from gateway.grounds import Shown
    from gateway.replies import Opened, Said
    from gateway.settings import Guardrail, Target

# English text; an answer that broke off does not say how many tokens it had. What is estimated is
# never more than what was reserved.
_BYTES_A_TOKEN = 4
# No refusal is longer, nor what a model puts before it (config/schema.py).
_BEGINNING = 300
_NOT_THE_MODELS = bad_gateway("ended by something else")


class Telling:
    """One streamed answer, of at most `reads` and `writes` tokens.

    `shown` gives the passages to show once it is known how it ended, and how its text began.
    """

    def __init__(
        self,
        request: Request,
        target: Target,
        events: Opened | Said,
        renderer: Renderer,
        spending: Spending,
        *,
        reads: int,
        writes: int,
        guardrail: Guardrail | None,
        upstream: Upstream,
        shown: Callable[[str, str], Shown],
    ) -> None:
        self._request, self._target, self._events = request, target, events
        self._renderer, self._spending = renderer, spending
        self._guardrail, self._upstream, self._shown = guardrail, upstream, shown
        self._stop: str | None = None
        self._usage = events.usage
        self._reads, self._writes = reads, writes
        self._begun, self._bytes = False, 0
        self._text = ""  # the first of it
        self._failure: Exception | None = None  # the model's own
        self._call = HeldCall()
        self._blocked: str | None = None

    def chunks(self) -> Generator[bytes]:
        """Server-sent events; closing it ends the model's stream and settles what it cost."""
        ended: BaseException | None = None
        try:
            yield self._renderer.start()
            yield from self._deltas()
            yield self._end()
        except (GeneratorExit, ClientGone) as gone:
            ended = gone
            self._request.facts["outcome"] = "cancelled"
            self._pay_for_what_was_said()
            if isinstance(gone, GeneratorExit):
                raise
        except Exception as error:
            ended = _NOT_THE_MODELS
            yield self._failed(error)
        finally:
            self._events.end(self._failure or ended)

    def _deltas(self) -> Iterator[bytes]:
        events = iter(self._events)
        while (event := self._next(events)) is not None:
            if said := self._say(event):
                self._begun = True
                yield said

    def _next(self, events: Iterator[dict[str, Any]]) -> dict[str, Any] | None:
        """What the model says next; None at its end. What is raised here is the model's failure."""
        try:
            return next(events, None)
        except UpstreamFailure as failure:
            self._failure = failure
            if self._stop is None:
                raise
            # All that the model had to say is there; only its token counts are not.
            observe.event(self._request.id, "late failure", model=self._target.id)
            return None

    def _say(self, event: dict[str, Any]) -> bytes:
        if "messageStop" in event:
            self._stop = event["messageStop"]["stopReason"]
        elif "metadata" in event:
            self._usage = _counted(event["metadata"])
        elif self._blocked is None:
            return self._content(event)
        return b""

    def _content(self, event: dict[str, Any]) -> bytes:
        if not self._begun:
            waited_s = time.monotonic() - self._request.started
            self._request.facts["time_to_first_token_ms"] = round(waited_s * 1000, 1)
        if "contentBlockDelta" in event:
            delta = event["contentBlockDelta"]["delta"]
            self._bytes += _bytes(delta)
            if len(self._text) < _BEGINNING:
                self._text += delta.get("text", "")
            if self._guardrail and "reasoningContent" in delta:
                return b""  # Converse's guardrail does not look at it
        if self._guardrail and self._call.takes(event):
            return self._judge_call() if self._call.is_whole else b""
        return self._renderer.delta(event)

    def _judge_call(self) -> bytes:
        """Converse's guardrail does not look at a tool call: nobody sees it before ours has."""
        use = self._call.use
        passed, self._blocked = tool_guard.guard_call(
            use, self._guardrail, self._upstream, self._request.deadline
        )
        masked = None if passed is use else passed
        events = self._call.released(masked=masked, instead=self._blocked)
        return b"".join(map(self._renderer.delta, events))

    def _end(self) -> bytes:
        if self._stop is None or self._call.is_open:
            self._failure = UpstreamFailure("the model's stream ended before its end")
            raise bad_gateway("The model's answer broke off before its end.")
        stop = known_stop(self._stop)
        if self._blocked is not None:
            stop = "guardrail_intervened"
        usage = self._usage or self._estimated()
        self._spending.settle(usage, self._target)
        shown = self._shown(stop, self._text)
        note(self._request, self._target, stop)
        return self._renderer.end(stop, usage, shown)

    def _failed(self, error: Exception) -> bytes:
        told = told_of(self._request.id, error)
        outcome = "throttled" if told.status == 429 else "server_error"
        self._request.facts.update(
            {
                "gen_ai.response.model": self._target.id,
                "error.type": told.code,
                "outcome": outcome,
            }
        )
        self._pay_for_what_was_said()
        return self._renderer.failed(told)

    def _pay_for_what_was_said(self) -> None:
        # What could not be settled is in the log, and this answer has failed already.
        with suppress(GatewayError):
            self._spending.settle(self._usage or self._estimated(), self._target)

    def _estimated(self) -> dict[str, int]:
        self._request.facts["usage_estimated"] = True
        return {
            "inputTokens": self._reads // _BYTES_A_TOKEN,
            "outputTokens": min(self._writes, -(-self._bytes // _BYTES_A_TOKEN)),
        }


def known_stop(reason: str) -> str:
    """A reason to stop that nobody knows is an error, not a success."""
    if reason not in stops.FINISH:
        raise bad_gateway("The model ended its answer in a way that this gateway does not know.")
    return reason


def note(request: Request, target: Target, stop: str) -> None:
    """What the log says of an answer."""
    finish = stops.FINISH[stop]
    request.facts["gen_ai.response.model"] = target.id
    request.facts["gen_ai.response.finish_reasons"] = [finish]
    if finish == stops.BLOCKED:
        request.facts["outcome"] = "blocked"


def _counted(metadata: Mapping[str, Any]) -> Mapping[str, int] | None:
    """The model's counts, if it is two numbers that it says."""
    usage: Mapping[str, int] = metadata.get("usage", {})
    counts = [usage.get(name) for name in ("inputTokens", "outputTokens")]
    return usage if all(isinstance(count, int) for count in counts) else None


def _bytes(delta: Mapping[str, Any]) -> int:
    """What of a piece the model has made: text, arguments or reasoning."""
    inner = delta.get("toolUse") or delta.get("reasoningContent") or delta
    return sum(len(each.encode()) for each in inner.values() if isinstance(each, str))
