"""Which models to leave alone for a while, as far as one execution environment has seen.

Lambda gives an execution environment one request at a time, so nothing here is thread-safe.
"""

from __future__ import annotations

import functools
import time

from gateway.failures import AwsError, UpstreamFailure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# The model's or the service's doing. 400, 403 and 404 are about the request or the account: another
# try would only repeat them (reliability.md §2.2).
_OUTAGES = frozenset((408, 424, 429, 500, 502, 503, 504))

_FAILURES = 5
# A model that is back must be found within 10 s; the rest is for the probe itself.
_OPEN_S = 8.0
# A quota refills all the time, and to hear that it has not yet costs milliseconds and no tokens.
_THROTTLED_S = 2.0

# One retry for ten requests, and five in a row at most.
_EARNED, _RETRY, _SAVED = 1, 10, 50


def is_outage(error: BaseException) -> bool:
    """Whether another model may do better; the same failures open a breaker."""
    if isinstance(error, AwsError):
        return error.status in _OUTAGES
    return isinstance(error, UpstreamFailure)


def is_throttling(error: BaseException) -> bool:
    return isinstance(error, AwsError) and error.status == 429


class Breaker:
    """Opens after five outages in a row; 8 s later, or 2 s if the last one was a throttling, it
    lets one call at a time probe.

    A call is made inside `with breaker:`, once `is_open()` has said no. What ends it in a refusal,
    or in a bug of ours, says nothing about the model and changes nothing.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.throttled = False
        self.retries = Retries()
        self._clock = clock
        self._failures = 0
        self._open_until = 0.0
        self._probing = False

    def is_open(self) -> bool:
        if self._failures < _FAILURES:
            return False
        return self._probing or self._clock() < self._open_until

    def __enter__(self) -> None:
        self.begin()

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        self.end(error)

    def begin(self) -> None:
        """A call is under way."""
        self._probing = True

    def end(self, error: BaseException | None) -> None:
        """The call is over: for a stream, when its last event has come."""
        self._probing = False
        if error is None:
            self._failures = 0
        elif is_outage(error):
            self._failures += 1
            self.throttled = is_throttling(error)
            self._open_until = self._clock() + (_THROTTLED_S if self.throttled else _OPEN_S)


class Retries:
    """What a model's requests have earned: it starts empty, so that calls never exceed 1.1 times
    the requests, however many execution environments a burst has just started."""

    def __init__(self) -> None:
        self._saved = 0

    def earn(self) -> None:
        self._saved = min(self._saved + _EARNED, _SAVED)

    def spend(self) -> bool:
        """Whether a retry could be paid for, and was."""
        if self._saved < _RETRY:
            return False
        self._saved -= _RETRY
        return True


class Breakers:
    """A breaker for each model, whatever aliases it is behind."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._breakers: dict[str, Breaker] = {}

    def of(self, model_id: str) -> Breaker:
        if model_id not in self._breakers:
            self._breakers[model_id] = Breaker(self._clock)
        return self._breakers[model_id]


@functools.cache
def breakers() -> Breakers:
    """One for each execution environment: what it has seen, no other one knows."""
    return Breakers()
