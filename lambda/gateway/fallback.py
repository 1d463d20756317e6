"""An alias's models, tried in turn within one deadline; docs/fallback.md says what comes of it."""

from __future__ import annotations

import os
import time

from gateway import observe
from gateway.aws import AwsError, TimedOut, UpstreamFailure
from gateway.breaker import is_outage, is_throttling
from gateway.errors import bad_gateway, throttled
from gateway.replies import Opened, first_words, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, TypeVar

    from gateway.aws import Upstream
    from gateway.breaker import Breakers
    from gateway.edge import Request
    from gateway.errors import GatewayError
    from gateway.settings import Target

    Got = TypeVar("Got")
    Ask = Callable[[Target, Mapping[str, Any], float], Got]

# Before the one retry of a throttled model, this long and up to as long again by chance.
_PAUSE_S = 0.5


class Chain:
    """Asks one request's models. `body_for` makes the body of each, for no two take the same.

    Both ways of asking raise a refusal at once, otherwise the failure of the last model that was
    asked; a GatewayError when every breaker is open.
    """

    def __init__(
        self,
        request: Request,
        body_for: Callable[[Target], Mapping[str, Any]],
        *,
        upstream: Upstream,
        breakers: Breakers,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._request, self._body_for = request, body_for
        self._upstream, self._breakers = upstream, breakers
        self._clock, self._sleep = clock, sleep

    def first_answer(self, targets: Sequence[Target]) -> tuple[Target, dict[str, Any]]:
        """The first whole answer, and whose it is."""

        def ask(target: Target, body: Mapping[str, Any], deadline: float) -> dict[str, Any]:
            with self._breakers.of(target.id):
                return whole(self._upstream.converse(target.arn, body, deadline))

        return self._first(targets, ask)

    def first_stream(self, targets: Sequence[Target]) -> tuple[Target, Opened]:
        """The first stream that has begun to speak, and whose it is; from then on it is final."""

        def ask(target: Target, body: Mapping[str, Any], deadline: float) -> Opened:
            breaker = self._breakers.of(target.id)
            breaker.begin()
            try:
                events = self._upstream.converse_stream(
                    target.arn, body, deadline, self._request.check_client
                )
                opened = first_words(events, breaker)
            except BaseException as failure:
                breaker.end(failure)
                raise
            events.deadline = self._request.deadline
            return opened

        return self._first(targets, ask)

    def _first(self, targets: Sequence[Target], ask: Ask[Got]) -> tuple[Target, Got]:
        ready = [target for target in targets if self._is_ready(target)]
        if not ready:
            raise self._nobody_left(targets)
        if len(targets) == 1:
            return targets[0], self._ask_again_if_throttled(targets[0], ask)
        *others, last = ready
        for target in others:
            try:
                return self._counted(targets, target, self._ask(target, ask, self._halfway()))
            except UpstreamFailure as failure:
                if not is_outage(failure):
                    raise
        return self._counted(targets, last, self._ask(last, ask, self._request.deadline))

    def _is_ready(self, target: Target) -> bool:
        if not self._breakers.of(target.id).is_open():
            return True
        self._count("open", "CircuitOpen", model=target.id)
        return False

    def _counted(self, targets: Sequence[Target], target: Target, got: Got) -> tuple[Target, Got]:
        """How many models stood before the one that answered."""
        self._request.facts["fallbacks"] = targets.index(target)
        return target, got

    def _halfway(self) -> float:
        """A model that hangs leaves the others as much time as it has had."""
        return (self._clock() + self._request.deadline) / 2

    def _ask_again_if_throttled(self, target: Target, ask: Ask[Got]) -> Got:
        retries = self._breakers.of(target.id).retries
        retries.earn()
        try:
            return self._ask(target, ask, self._request.deadline)
        except AwsError as refused:
            if not is_throttling(refused) or not self._may_pause(target):
                raise
        return self._ask(target, ask, self._request.deadline)

    def _may_pause(self, target: Target) -> bool:
        """Whether the model may be asked again, now that the pause before it is over."""
        breaker = self._breakers.of(target.id)
        pause_s = _PAUSE_S * (1 + int.from_bytes(os.urandom(2), "big") / 65536)
        in_time = self._clock() + pause_s < self._request.deadline
        if breaker.is_open() or not in_time or not breaker.retries.spend():
            return False
        self._sleep(pause_s)
        return True

    def _ask(self, target: Target, ask: Ask[Got], deadline: float) -> Got:
        body = self._body_for(target)
        started = self._clock()
        if started >= deadline:  # not the model's fault: its breaker must not hear of it
            raise TimedOut("no time is left to ask a model")
        try:
            return ask(target, body, deadline)
        except UpstreamFailure as failure:
            self._log(target, failure, self._clock() - started)
            raise

    def _log(self, target: Target, failure: UpstreamFailure, elapsed_s: float) -> None:
        code = failure.code if isinstance(failure, AwsError) else None
        throttles = ("ModelThrottles",) if is_throttling(failure) else ()
        # A refusal is about the request or the account, and no model's failure.
        failures = ("ModelFailures", *throttles) if is_outage(failure) else ()
        self._count(
            "attempt",
            "ModelCalls",
            *failures,
            model=target.id,
            error=type(failure).__name__,
            code=code,
            elapsed_ms=round(elapsed_s * 1000),
        )

    def _count(self, event: str, *metrics: str, **facts: object) -> None:
        environment = self._request.facts["environment"]
        observe.counted(self._request.id, event, *metrics, environment=environment, **facts)

    def _nobody_left(self, targets: Sequence[Target]) -> GatewayError:
        """As if the last model had been asked, at the price of nothing."""
        if self._breakers.of(targets[-1].id).throttled:
            return throttled()
        return bad_gateway("The models behind this alias do not answer: try again later.")
