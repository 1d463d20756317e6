"""Q1-Q4, F8 and F10 at any size: workers in processes of their own, and one store for them all.

`tests/faults/money.py` runs them in full, the tests at about a tenth.
"""

from __future__ import annotations

import itertools
import multiprocessing
import random
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

from tests.fakes.dynamodb import BROKEN, HANGS_AFTERWARDS, RESETS, THROTTLED, Dynamodb, Fault
from tests.fakes.tables import KEYS
from tests.faults.fates import meet_fates
from tests.faults.payers import USAGE, Paid, Terms, in_processes, pay, quietly, sweep
from tests.faults.repeaters import repeat

RESERVED = 1_000
UNLIMITED = 10**12


class Month(NamedTuple):
    """A tenant's row in the end."""

    committed: int
    spent: int
    requests: int
    held: int


def month(store: Dynamodb) -> Month:
    """Of the one tenant that there is."""
    (key,) = store.tables.rows[USAGE]
    row = store.row(USAGE, *key)
    held = sum(amount for name, amount in row.items() if name.startswith("minute_"))
    counts = ("committed_micro_usd", "spent_micro_usd", "requests")
    return Month(*(row.get(name, 0) for name in counts), held)


class Race(NamedTuple):
    admitted: int
    refused: int
    budget: int
    peak: int
    month: Month


def race(requests: int, room: int, cost: int, *, workers: int = 4) -> Race:
    """All at once, against what `room` of them could spend one after another."""
    budget = (room - 1) * cost + RESERVED
    each = requests // workers
    with Dynamodb(KEYS) as store:
        peak = _watch(store, "demo", "committed_")
        terms = Terms(store.url, budget, each, each, cost, (RESERVED, RESERVED))
        ends = _ends(in_processes(pay, _seeded(terms, workers)))
        assert ends.keys() <= {"ok", "insufficient_quota"}
        return Race(ends["ok"], ends["insufficient_quota"], budget, max(peak), month(store))


class Kept(NamedTuple):
    """`micro_usd` is what the requests that were settled really cost."""

    month: Month
    settled: int
    micro_usd: int
    refused: int
    not_settled: int
    faults: int

    @property
    def drift(self) -> int:
        spent, committed = self.month.spent, self.month.committed
        return abs(spent - self.micro_usd) + abs(committed - self.micro_usd)


def conservation(requests: int) -> Kept:
    """Random ends, a store that fails one call in thirty, crashes, and sweeps by the traffic."""
    with Dynamodb(KEYS) as store:
        faults = _fail_at_random(store)
        terms = Terms(store.url, UNLIMITED, 8, requests, 1_200, (1, RESERVED))
        (paid,) = in_processes(meet_fates, [terms])
        return Kept(month(store), *paid, sum(faults.values()))


def under_budget(requests: int, *, workers: int = 2) -> tuple[Counter[str], Month]:
    """A budget for just these, each of which reserves up to ten times what it costs."""
    cost = RESERVED // 10
    with Dynamodb(KEYS) as store:
        budget = requests * cost + RESERVED
        terms = Terms(store.url, budget, 8, requests // workers, cost, (cost, RESERVED))
        return _ends(in_processes(pay, _seeded(terms, workers))), month(store)


class Neighbours(NamedTuple):
    """Of two tenants at half their rate: alone, and beside one at twenty times its own."""

    failed: int
    p99_ms_alone: float
    p99_ms: float
    noisy_at_most_a_second: int


def neighbours(seconds: int, *, rounds: int = 1, rate: int = 10) -> Neighbours:
    """Alone and beside in turns, for a machine is not the same from minute to minute."""
    alone: list[Paid] = []
    beside: list[Paid] = []
    with Dynamodb(KEYS) as store:
        calm = Terms(store.url, UNLIMITED, 1, seconds * rate // 2, 1, (1, 1), rate, 2 / rate)
        both = [calm._replace(tenant=name) for name in ("quiet", "calm")]
        noise = calm._replace(
            tenant="noisy", threads=20, requests=seconds * rate * 20, every_s=1 / rate
        )
        admitted = _watch(store, "noisy", "second_")
        for _ in range(rounds):
            alone += itertools.chain(*in_processes(pay, both))
            beside += itertools.chain(*in_processes(pay, [*both, noise])[:-1])
        return Neighbours(
            failed=sum(paid.end != "ok" for paid in alone + beside),
            p99_ms_alone=_p99_ms(alone),
            p99_ms=_p99_ms(beside),
            noisy_at_most_a_second=max(admitted),
        )


class Replays(NamedTuple):
    """What was answered to each key, and how often it was run."""

    answers: Mapping[int, set[str]]
    runs: Mapping[int, int]
    month: Month


def replays(keys: int, copies: int, *, cost: int = 100) -> Replays:
    with Dynamodb(KEYS) as store:
        terms = Terms(store.url, UNLIMITED, 20, keys, cost, (cost, cost))
        answers: dict[int, set[str]] = defaultdict(set)
        runs: Counter[int] = Counter()
        for each in itertools.chain(*in_processes(repeat, _seeded(terms, copies))):
            answers[each.key].add(each.told)
            runs[each.key] += each.ran
        return Replays(answers, runs, month(store))


def kills(restarts: int, *, cost: int = 100) -> tuple[Month, int]:
    """A worker with eight requests in flight, killed again and again; then a sweep.

    The second figure is what the kills had left reserved.
    """
    chance, spawn = random.Random(10), multiprocessing.get_context("spawn")
    with Dynamodb(KEYS) as store:
        terms = Terms(store.url, UNLIMITED, 8, 10**9, cost, (cost, RESERVED))
        for _ in range(restarts):
            worker = spawn.Process(target=quietly, args=[pay, terms])
            worker.start()
            _wait_for_traffic(store)
            time.sleep(chance.uniform(0, 0.1))
            worker.kill()
            worker.join()
        left = month(store).held
        in_processes(sweep, [terms])
        return month(store), left


def _seeded(terms: Terms, workers: int) -> list[Terms]:
    return [terms._replace(seed=seed) for seed in range(workers)]


def _ends(paid: list[list[Paid]]) -> Counter[str]:
    return Counter(each.end for each in itertools.chain(*paid))


def _p99_ms(paid: list[Paid]) -> float:
    took = sorted(each.took_s for each in paid)
    return took[len(took) * 99 // 100] * 1_000


def _watch(store: Dynamodb, tenant: str, prefix: str) -> set[int]:
    """The tenant's amounts under such names, as they were before each call."""
    seen = {0}

    def look(_operation: str, _request: Mapping[str, Any]) -> None:
        for key in store.tables.rows[USAGE]:
            if key[0] == tenant:
                row = store.row(USAGE, *key)
                seen.update(row[name] for name in row if name.startswith(prefix))

    store.fault = look
    return seen


def _fail_at_random(store: Dynamodb) -> Counter[Fault]:
    """Reservations are sometimes made without a word: those are swept like a crash's."""
    chance, counted = random.Random(2), Counter[Fault]()

    def fault(_operation: str, asked: Mapping[str, Any]) -> Fault | None:
        if chance.random() > 1 / 30:
            return None
        reserves = ":room" in asked.get("ExpressionAttributeValues", ())
        silent = reserves and chance.random() < 0.05
        made = HANGS_AFTERWARDS if silent else chance.choice([THROTTLED, BROKEN, RESETS])
        counted[made] += 1
        return made

    store.fault = fault
    return counted


def _wait_for_traffic(store: Dynamodb) -> None:
    enough = store.calls.total() + 100
    while store.calls.total() < enough:
        time.sleep(0.01)
