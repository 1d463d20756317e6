"""A stream while it is told: each of the model's events as it comes, and never a quiet end.

It ends in its dialect's last event only if the model said why it stopped. Everything else is an
explicit error, and is paid for by what was said until then.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress

from gateway import observe, stops, tool_guard
from gateway.aws import UpstreamFailure
from gateway.edge import told_of
from gateway.errors import GatewayError, bad_gateway
from gateway.failures import ClientGone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from gateway.aws import Upstream
    from gateway.budget import Spending
    from gateway.dialect import Renderer
    from gateway.edge import Request
    from gateway.knowledge import Passage
    from gateway.replies import Opened, Said
    from gateway.settings import Guardrail, Target

# English text; an answer that broke off does not say how many tokens it had.
_CHARACTERS_A_TOKEN = 4
_LEAST_CHARACTERS = 4  # of a piece that is not text: a token at least


class Telling:
    """One streamed answer. `cited` gives the passages to show once it is known how it ended."""

    def __init__(
        self,
        request: Request,
        target: Target,
        events: Opened | Said,
        renderer: Renderer,
        spending: Spending,
        *,
        guardrail: Guardrail | None,
        upstream: Upstream,
        cited: Callable[[str], Sequence[Passage]],
    ) -> None:
        self._request, self._target, self._events = request, target, events
        self._renderer, self._spending = renderer, spending
        self._guardrail, self._upstream, self._cited = guardrail, upstream, cited
        self._stop: str | None = None
        self._usage: Mapping[str, int] | None = None
        self._begun, self._characters = False, 0
        self._call: list[dict[str, Any]] = []  # a tool call that is not judged yet
        self._blocked: str | None = None

    def chunks(self) -> Iterator[bytes]:
        """Server-sent events; closing it ends the model's stream and settles what it cost."""
        failure: BaseException | None = None
        try:
            yield self._renderer.start()
            yield from self._deltas()
            yield self._end()
        except (GeneratorExit, ClientGone) as gone:
            failure = gone
            self._request.facts["outcome"] = "cancelled"
            self._pay_for_what_was_said()
            if isinstance(gone, GeneratorExit):
                raise
        except Exception as error:
            failure = error
            yield self._failed(error)
        finally:
            self._events.end(failure)

    def _deltas(self) -> Iterator[bytes]:
        try:
            for event in self._events:
                if said := self._say(event):
                    self._begun = True
                    yield said
        except UpstreamFailure:
            if self._stop is None:
                raise
            # All that the model had to say is there; only its token counts are not.
            observe.event(self._request.id, "late failure", model=self._target.id)

    def _say(self, event: dict[str, Any]) -> bytes:
        if "messageStop" in event:
            self._stop = event["messageStop"]["stopReason"]
        elif "metadata" in event:
            self._usage = event["metadata"]["usage"]
        elif self._blocked is None:
            return self._content(event)
        return b""

    def _content(self, event: dict[str, Any]) -> bytes:
        if not self._begun:
            waited_s = time.monotonic() - self._request.started
            self._request.facts["time_to_first_token_ms"] = round(waited_s * 1000, 1)
        if "contentBlockDelta" in event:
            delta = event["contentBlockDelta"]["delta"]
            self._characters += len(delta.get("text", "")) or _LEAST_CHARACTERS
            if self._guardrail and "reasoningContent" in delta:
                return b""  # Converse's guardrail does not look at it
        if self._guardrail and (self._call or _starts_call(event)):
            return self._hold(event)
        return self._renderer.delta(event)

    def _hold(self, event: dict[str, Any]) -> bytes:
        """Converse's guardrail does not look at a tool call: nobody sees it before ours has."""
        self._call.append(event)
        if "contentBlockStop" not in event:
            return b""
        call, self._call = self._call, []
        self._blocked = tool_guard.blocked_call(
            _use(call), self._guardrail, self._upstream, self._request.deadline
        )
        if self._blocked is not None:
            return self._blocked_message()
        return b"".join(map(self._renderer.delta, call))

    def _blocked_message(self) -> bytes:
        text = {"contentBlockDelta": {"delta": {"text": self._blocked}}}
        return self._renderer.delta(text) + self._renderer.delta({"contentBlockStop": {}})

    def _end(self) -> bytes:
        if self._stop is None:
            raise bad_gateway("The model's answer broke off before its end.")
        stop = known_stop(self._stop)
        if self._blocked is not None:
            stop = "guardrail_intervened"
        usage = self._usage or self._estimated()
        self._spending.settle(usage, self._target)
        cited = self._cited(stop)
        note(self._request, self._target, stop)
        return self._renderer.end(stop, usage, cited)

    def _failed(self, error: Exception) -> bytes:
        self._pay_for_what_was_said()
        told = told_of(self._request.id, error)
        outcome = "throttled" if told.status == 429 else "server_error"
        self._request.facts.update(
            {
                "gen_ai.response.model": self._target.id,
                "error.type": told.code,
                "outcome": outcome,
            }
        )
        return self._renderer.failed(told)

    def _pay_for_what_was_said(self) -> None:
        # What could not be settled is in the log, and this answer has failed already.
        with suppress(GatewayError):
            self._spending.settle(self._usage or self._estimated(), self._target)

    def _estimated(self) -> dict[str, int]:
        self._request.facts["usage_estimated"] = True
        return {
            "inputTokens": len(self._request.body) // _CHARACTERS_A_TOKEN,
            "outputTokens": self._characters // _CHARACTERS_A_TOKEN,
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


def _starts_call(event: Mapping[str, Any]) -> bool:
    return "toolUse" in event.get("contentBlockStart", {}).get("start", {})


def _use(call: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The whole call that these events tell; its input stays as it is when it is no JSON."""
    start, *middle, _ = call
    text = "".join(event["contentBlockDelta"]["delta"]["toolUse"]["input"] for event in middle)
    try:
        given = json.loads(text or "{}")
    except ValueError:
        given = text
    return {**start["contentBlockStart"]["start"]["toolUse"], "input": given}
