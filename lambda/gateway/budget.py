"""The money of one request: reserved before anything is asked, settled or given back after it."""

from __future__ import annotations

import time

from gateway import errors, month, observe
from gateway.admission import Admission
from gateway.aws import AwsError, UpstreamFailure
from gateway.edge import tenant_of
from gateway.ledger import Ledger
from gateway.price import cached_tokens, cost_micro_usd, input_tokens
from gateway.sweep import sweep_if_possible, told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gateway.aws import Upstream
    from gateway.edge import Request
    from gateway.ledger import Hold
    from gateway.month import Month
    from gateway.settings import Settings, Target

_SPENT = ("spent_micro_usd", "input_tokens", "output_tokens")
# Beyond the models' deadline: what is answered late has to be paid all the same.
_GRACE_S = 0.5
_PAUSE_S = 0.05
# Counts of seconds that began before go: clocks of execution environments are closer together.
_COUNTED_S = 3
_THROTTLED = frozenset(
    ("ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded")
)


class Spending:
    """What one request may spend and has spent. It ends once; whatever ends it first counts.

    It ends in the month in which it began. Nothing is held by a request that `reserve` refused.
    """

    def __init__(
        self,
        request: Request,
        hold: Hold,
        row: Month,
        ledger: Ledger,
        clock: Callable[[], float],
        *,
        budget_micro_usd: int,
    ) -> None:
        self._request, self._hold, self._row = request, hold, row
        self._budget_micro_usd = budget_micro_usd
        self._ledger, self._clock = ledger, clock
        self._ended = False
        self._added = dict.fromkeys(_SPENT, 0)

    @classmethod
    def reserve(
        cls,
        request: Request,
        most_micro_usd: int,
        *,
        settings: Settings,
        upstream: Upstream,
        clock: Callable[[], float] = time.time,
    ) -> Spending:
        """Fails closed: a 429 over the rate or the budget, a 503 if the table does not answer."""
        name = month.name_of(clock())
        ledger = Ledger(request.tenant, name, table=settings.usage_table, upstream=upstream)
        tenant = tenant_of(request, settings)
        admission = Admission(
            request,
            most_micro_usd,
            tenant=tenant,
            ledger=ledger,
            timeout_s=settings.timeout_s,
            clock=clock,
        )
        try:
            row = admission.reserve()
        except UpstreamFailure as failure:
            observe.event(request.id, "no reservation", **told(failure))
            if isinstance(failure, AwsError) and failure.code in _THROTTLED:
                raise errors.rate_limited(tenant.requests_per_second) from failure
            raise errors.quota_unavailable() from failure
        sweep_if_possible(request, row, ledger, clock(), settings.timeout_s)
        budget = tenant.budget_micro_usd
        return cls(request, admission.hold, row, ledger, clock, budget_micro_usd=budget)

    def add(self, micro_usd: int, input_tokens: int = 0, output_tokens: int = 0) -> None:
        """What was spent on the way; paid whatever becomes of the request."""
        for name, amount in zip(_SPENT, (micro_usd, input_tokens, output_tokens), strict=True):
            self._added[name] += amount

    def settle(self, usage: Mapping[str, int], target: Target) -> None:
        """Pay for Converse's `usage`.

        Fails closed: an answer whose cost could not be written down is a 502. The log has it then.
        """
        if self._ended:
            return
        self.add(cost_micro_usd(usage, target), input_tokens(usage), usage["outputTokens"])
        self._note_cached(usage)
        self.pay()

    def pay(self) -> None:
        """Pay for what was added, and no more; fails as `settle` does."""
        spent = self._spent()
        self._request.facts.update(
            {
                "gen_ai.usage.input_tokens": spent["input_tokens"],
                "gen_ai.usage.output_tokens": spent["output_tokens"],
                "cost_micro_usd": spent["spent_micro_usd"],
                "budget_used_percent": self._used_percent(spent["spent_micro_usd"]),
            }
        )
        try:
            self._end(spent)
        except UpstreamFailure as failure:
            message = "The usage of this request could not be recorded."
            raise errors.bad_gateway(message) from failure

    def _spent(self) -> dict[str, int]:
        return {**self._added, "requests": 1}

    def _note_cached(self, usage: Mapping[str, int]) -> None:
        read, written = cached_tokens(usage)
        if read or written:
            self._request.facts["gen_ai.usage.cache_read.input_tokens"] = read
            self._request.facts["gen_ai.usage.cache_creation.input_tokens"] = written

    def _used_percent(self, cost_micro_usd: int) -> float:
        """Of the month's budget, as far as this request has seen: others may have spent since."""
        return round(100 * (self._row.spent + cost_micro_usd) / self._budget_micro_usd, 1)

    def release(self) -> None:
        """Nothing more is spent. Never raises: what it cannot give back, a later request sweeps."""
        try:
            if not self._ended:
                self._end(self._spent() if any(self._added.values()) else {})
        except UpstreamFailure:
            pass  # it is in the log

    def _end(self, spent: Mapping[str, int]) -> None:
        self._ended = True
        try:
            self._write(spent)
        except UpstreamFailure as failure:
            self._log(spent, failure)
            raise

    def _write(self, spent: Mapping[str, int]) -> None:
        deadline = self._request.deadline + _GRACE_S
        over = [each for each in self._row.admitted if each < self._clock() - _COUNTED_S]
        try:
            written = self._ledger.end(self._hold, spent, over, deadline)
        except AwsError:  # nothing else says for sure that it was not carried out
            time.sleep(_PAUSE_S)
            written = self._ledger.end(self._hold, spent, over, deadline)
        if not written:
            # The minute has less in it than was reserved: this was carried out before, or another's
            # was twice. The log has what it takes to tell.
            self._log(spent, UpstreamFailure("the reservation was gone"))

    def _log(self, spent: Mapping[str, int], failure: UpstreamFailure) -> None:
        """All that it takes to write the update by hand."""
        observe.counted(
            self._request.id,
            "not settled" if spent else "not released",
            *(("Unsettled",) if spent else ()),
            environment=self._request.facts["environment"],
            tenant=self._ledger.tenant,
            month=self._ledger.month,
            minute=self._hold.minute,
            reserved_micro_usd=self._hold.micro_usd,
            **spent,
            **told(failure),
        )
