"""For how long, and for whom, one call to AWS is worth waiting."""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

NEVER = float("inf")

# So that whoever waits asks after its caller more often than four times a second.
_TICK_S = 0.1


def _stays() -> None:
    """The caller of a call that answers in one piece is not watched."""


class Patience:
    """`idle_s` is for each operation, `deadline` on `time.monotonic()` for all of them together.

    `check` is called all the while; what it raises ends the call, just as it was raised.
    """

    __slots__ = ("_check", "_check_at", "deadline", "idle_s")

    def __init__(
        self, deadline: float, *, idle_s: float, check: Callable[[], None] = _stays
    ) -> None:
        self.deadline = deadline
        self.idle_s = idle_s
        self._check, self._check_at = check, 0.0

    def left(self, started: float) -> float:
        """For how long to wait before asking again; 0 or less when it is over.

        `started` is when the operation began.
        """
        now = time.monotonic()
        if now >= self._check_at:
            self._check_at = now + _TICK_S
            self._check()
        return min(self.deadline - now, started + self.idle_s - now, _TICK_S)
