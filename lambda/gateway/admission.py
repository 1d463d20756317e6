"""Whether a request may begin now: within its tenant's rate, and with money reserved for it."""

from __future__ import annotations

import os
import time

from gateway import errors, month
from gateway.ledger import Hold
from gateway.sweep import swept

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NamedTuple

    from gateway.edge import Request
    from gateway.ledger import Ledger
    from gateway.month import Month
    from gateway.settings import Tenant
else:
    from gateway.record import NamedTuple

# How long to wait for what others have reserved and may not spend.
_WAIT_S = 2.0
_PAUSE_S = 0.05


class _Refusal(NamedTuple):
    """In this second nothing from `least_micro_usd` on has a chance any more."""

    second: int
    least_micro_usd: int
    error: Callable[[], errors.GatewayError]


# What this execution environment was told last, by tenant: a noisy one must not load the table.
_told: dict[str, _Refusal] = {}


class Admission:
    """One request's. `clock` is the time of day; no request is older than `timeout_s`."""

    def __init__(
        self,
        request: Request,
        most_micro_usd: int,
        *,
        tenant: Tenant,
        ledger: Ledger,
        timeout_s: int,
        clock: Callable[[], float],
    ) -> None:
        self._request, self._tenant, self._ledger = request, tenant, ledger
        self._timeout_s, self._clock = timeout_s, clock
        self._second = int(clock())
        self._budget = tenant.budget_micro_usd
        self.hold = Hold(self._second // 60, most_micro_usd)

    def reserve(self) -> Month:
        """The row once `hold` is in it; raises a 429, or what the table raises."""
        self._repeat_refusal()
        if self.hold.micro_usd > self._budget:
            raise self._over_budget()
        deadline, rate = self._request.deadline, self._tenant.requests_per_second
        row = self._ledger.admit(
            self.hold, self._second, budget=self._budget, rate=rate, deadline=deadline
        )
        return self._wait_for_room() if row is None else row

    def _wait_for_room(self) -> Month:
        """Who is under budget is not refused because of what others might still spend."""
        until = min(time.monotonic() + _WAIT_S, self._request.deadline)
        row = self._judged(self._ledger.read(self._request.deadline))
        self._count()
        while True:
            reserved = self._reserve_if_room(row)
            if reserved is not None:
                return reserved
            if time.monotonic() >= until:
                raise self._over_budget()
            self._request.check_client()
            time.sleep(_pause_s())
            row = self._ledger.read(self._request.deadline)
            self._check_spent(row)

    def _reserve_if_room(self, row: Month) -> Month | None:
        """Asks for it only if there seems to be some: writing costs more than reading."""
        deadline = self._request.deadline
        row = swept(row, self._ledger, self._clock(), self._timeout_s, deadline)
        if row.committed + self.hold.micro_usd > self._budget:
            return None
        return self._ledger.reserve(self.hold, budget=self._budget, deadline=deadline)

    def _judged(self, row: Month) -> Month:
        if row.admitted.get(self._second, 0) >= self._tenant.requests_per_second:
            raise self._too_fast()
        self._check_spent(row)
        return row

    def _check_spent(self, row: Month) -> None:
        if row.spent + self.hold.micro_usd > self._budget:
            raise self._remembered(self.hold.micro_usd, self._over_budget)

    def _count(self) -> None:
        """Once, in the second in which it came: who waits must not slip past the rate."""
        rate, deadline = self._tenant.requests_per_second, self._request.deadline
        if self._ledger.count(self._second, rate=rate, deadline=deadline) is None:
            raise self._too_fast()

    def _too_fast(self) -> errors.GatewayError:
        rate = self._tenant.requests_per_second
        return self._remembered(0, lambda: errors.rate_limited(rate))

    def _over_budget(self) -> errors.GatewayError:
        return errors.insufficient_quota(month.resets_on(self._ledger.month))

    def _remembered(
        self, least_micro_usd: int, error: Callable[[], errors.GatewayError]
    ) -> errors.GatewayError:
        _told[self._request.tenant] = _Refusal(self._second, least_micro_usd, error)
        return error()

    def _repeat_refusal(self) -> None:
        told = _told.get(self._request.tenant)
        if told and told.second == self._second and told.least_micro_usd <= self.hold.micro_usd:
            raise told.error()


def _pause_s() -> float:
    """From one to four times as long, by chance: who waits must not come back all at once."""
    return _PAUSE_S * (1 + 3 * int.from_bytes(os.urandom(2), "big") / 65536)
