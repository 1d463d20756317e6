"""Q4: one tenant sends twenty times what it may; two others must not feel it."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from tests.load import asset
from tests.load.answers import COMPLETE, outcome
from tests.load.callers import at_a_rate
from tests.load.generator import Load
from tests.load.results import Result
from tests.load.rows import Row, row
from tests.load.site import Site, running_site
from tests.load.speed import ask

NOISY, OTHERS = "noisy", ("calm", "quiet")
_TIMES, _RATE = 20, asset.RATES[NOISY]


class Neighbours(NamedTuple):
    """Of the two others together; `admitted` is how many of the noisy one's got through."""

    solo_p99_ms: float
    noisy_p99_ms: float
    failed: int
    admitted: int
    sent: int


def run_neighbours(site: Site, seconds: float) -> Neighbours:
    solo = _run(site, seconds, 1)
    loud = _run(site, seconds, _TIMES)
    theirs = [result for tenant in OTHERS for result in loud[tenant]]
    alone = [result for tenant in OTHERS for result in solo[tenant]]
    came = Counter(outcome(result) for result in loud[NOISY])
    return Neighbours(
        _p99_ms(alone),
        _p99_ms(theirs),
        sum(outcome(result) != COMPLETE for result in (*alone, *theirs)),
        came[COMPLETE],
        came.total(),
    )


def _run(site: Site, seconds: float, times: int) -> dict[str, list[Result]]:
    """Everybody at the same rate, and the noisy tenant so many times as often."""
    requests = {tenant: ask(tenant=tenant) for tenant in (NOISY, *OTHERS)}
    turn = [NOISY] * times + list(OTHERS)
    load = Load(site.server.address)
    per_second = _RATE * len(turn)
    at_a_rate(
        load,
        (requests[turn[number % len(turn)]] for number in range(int(per_second * seconds))),
        per_second,
    )
    load.close()
    return {
        tenant: [result for result in load.results if result.request is request]
        for tenant, request in requests.items()
    }


def _p99_ms(results: list[Result]) -> float:
    times = sorted(result.took_s * 1000 for result in results)
    return times[int(len(times) * 0.99)]


def neighbours(seconds: float = 30) -> Row:
    with running_site(processes=2) as site:
        _run(site, 2, 1)
        found = run_neighbours(site, seconds)
    ratio = found.noisy_p99_ms / found.solo_p99_ms
    told = (
        f"{found.failed} of the others' failed, p99 {found.noisy_p99_ms:.1f} ms, {ratio:.2f} × "
        f"solo's; {found.admitted:,} of the noisy one's {found.sent:,} admitted"
    )
    what = f"one tenant at {_TIMES} times its rate, two at theirs, {seconds:.0f} s each way"
    bar = "the two: 100 % success, p99 ≤ 1.5 × solo"
    return row("Q4", what, bar, told, not found.failed and ratio <= 1.5)
