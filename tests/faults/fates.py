"""What can become of requests, at random and in several threads: Q2's worker process."""

from __future__ import annotations

import random
import threading
import time
from typing import NamedTuple

from gateway.aws import Aws
from gateway.budget import Spending
from gateway.errors import GatewayError
from gateway.settings import Settings
from tests.fakes.requests import request
from tests.faults.payers import TARGET, Terms, client, in_threads, settings, usage

# A Sunday in November: no month ends while this runs.
_BEGIN = 1_795_348_800.0
# Of the clock, for one request: a hundred are in flight for as long as a crash stays unswept.
_TICK_S = 0.1
_FATES = ("answered", "failed", "cancelled", "timed out", "crashed", "late")
_WEIGHTS = (50, 15, 10, 10, 10, 5)


class Paid(NamedTuple):
    """What the requests that were settled cost together, and what could not be settled."""

    requests: int
    micro_usd: int
    refused: int
    not_settled: int


class Fates:
    """`late` requests end when they are long swept."""

    def __init__(self, terms: Terms) -> None:
        self._terms, self._known = terms, settings(budget=terms.budget)
        self._lock = threading.Lock()
        self._now = _BEGIN
        self._late: list[tuple[Spending, int]] = []
        self.costs: list[int] = []
        self.refused = self.not_settled = 0

    def meet(self, aws: Aws, chance: random.Random) -> None:
        with self._lock:
            self._now += _TICK_S
        try:
            spending = self._reserve(aws, chance.randint(*self._terms.reserved))
        except GatewayError:  # one that the store does not answer is a crash's like
            self.refused += 1
            return
        (fate,) = chance.choices(_FATES, _WEIGHTS)
        time.sleep(chance.uniform(0, 0.003))
        cost = chance.randint(0, self._terms.cost)
        if fate == "answered":
            self._settle(spending, cost)
        elif fate == "cancelled":
            self._settle(spending, cost // 10)
        elif fate == "late":
            self._late.append((spending, cost))
        elif fate != "crashed":
            spending.release()

    def end(self) -> Paid:
        """Everybody is late now, and what crashed is swept by a few more requests."""
        self._now += 10_000
        with client(self._terms.url) as aws:
            self._sweep(aws)
            for spending, cost in self._late:
                spending._ledger._upstream = aws  # its own client has hung up
                self._settle(spending, cost)
            self._sweep(aws)
        return Paid(len(self.costs), sum(self.costs), self.refused, self.not_settled)

    def _sweep(self, aws: Aws) -> None:
        """By three requests that the store lets in: it fails these like any other."""
        admitted = 0
        while admitted < 3:
            try:
                self._reserve(aws, 0).release()
            except GatewayError:
                continue
            admitted += 1

    def _reserve(self, aws: Aws, micro_usd: int) -> Spending:
        known: Settings = self._known
        return Spending.reserve(
            request(left_s=1.0), micro_usd, settings=known, upstream=aws, clock=lambda: self._now
        )

    def _settle(self, spending: Spending, cost: int) -> None:
        try:
            spending.settle(usage(cost), TARGET)
        except GatewayError:
            self.not_settled += 1
        else:
            self.costs.append(cost)


def meet_fates(terms: Terms) -> Paid:
    fates = Fates(terms)
    in_threads(terms, fates.meet)
    return fates.end()
