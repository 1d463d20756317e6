"""F2 and F7: a Bedrock that fails at random, and callers who leave."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from tests.bench.processes import PYTHON, Child
from tests.load import asset
from tests.load.answers import BROKEN, COMPLETE, LOST, REFUSED, TRUNCATED, WRONG, outcome
from tests.load.callers import at_once
from tests.load.faulty import SAID
from tests.load.generator import Load
from tests.load.rows import Row, row
from tests.load.site import Site, running_site
from tests.load.speed import ask
from tests.load.tally import Tally

# So that a model that hangs is given up on in reasonable time.
_TIMEOUT_S = 4
_SHARE = 0.1


@contextmanager
def faulty_site(seed: int) -> Iterator[Site]:
    command = [PYTHON, "-m", "tests.load.faulty", "--share", str(_SHARE), "--seed", str(seed)]
    path = os.pathsep.join([".", "lambda", "tests/unit/gateway"])
    with (
        Child(command, environment={"PYTHONPATH": path}) as bedrock,
        running_site(timeout_s=_TIMEOUT_S, bedrock=bedrock.hear(), processes=2) as site,
    ):
        yield site


def run_random_faults(site: Site, requests: int) -> Tally:
    """A quarter each: whole or streamed, with a fallback or without."""
    models, ways = (asset.PLAIN, asset.FALLBACK), (False, True)
    asked = [ask(model, stream=stream) for model in models for stream in ways]
    tally = Tally(lambda result: outcome(result, SAID))
    load = Load(site.server.address, keep=tally)
    at_once(load, (asked[number % 4] for number in range(requests)), 32)
    load.close()
    return tally


def random_faults(requests: int = 50_000) -> Row:
    with faulty_site(seed=2) as site:
        came = run_random_faults(site, requests).outcomes
        held = site.month()["held"]
    silent = came[TRUNCATED] + came[WRONG] + came[LOST] + came[BROKEN]
    told = (
        f"{came[COMPLETE]:,} complete, {came[REFUSED]:,} explicit errors, {came[TRUNCATED]} "
        f"truncated, {came[WRONG]} wrong or doubled, {came[LOST] + came[BROKEN]} without an "
        f"answer; {held} micro-dollars left reserved"
    )
    what = f"{requests:,} requests, whole and streamed, {_SHARE:.0%} of Bedrock's calls at fault"
    return row("F2", what, "each complete or an explicit error", told, not silent and not held)


class Left(NamedTuple):
    """`slowest_s` is the longest that an upstream went on after its caller had gone, at most."""

    streams: int
    cancelled: int
    slowest_s: float
    requests: int
    held: int


def run_disconnects(site: Site, rounds: int, at_a_time: int) -> Left:
    cuts: list[float] = []
    slowest = 0.0
    for _ in range(rounds):
        gone = _leave(site, at_a_time)
        new = _cuts(site, len(cuts) + at_a_time)[len(cuts) :]
        cuts += new
        # Nobody tells whose cut is whose: from the first caller's leaving to the last cut.
        slowest = max([slowest, *(cut - min(gone) for cut in new)])
    month = _settled(site, rounds * at_a_time)
    return Left(rounds * at_a_time, len(cuts), slowest, month["requests"], month["held"])


def _leave(site: Site, callers: int) -> list[float]:
    """When each of them has hung up, in the middle of its stream."""
    gone: list[float] = []
    load = Load(site.server.address, hang_up_after=b"word2 ", keep=lambda r: gone.append(r.ended))
    at_once(load, [ask(asset.HELD, stream=True)] * callers, callers)
    load.close()
    return gone


def _cuts(site: Site, wanted: int) -> list[float]:
    until = time.monotonic() + 10
    while len(cuts := site.cloud.stats["cuts"]) < wanted and time.monotonic() < until:
        time.sleep(0.02)
    return list(cuts)


def _settled(site: Site, wanted: int) -> dict[str, int]:
    """A caller's leaving is paid for after its stream has been cut."""
    until = time.monotonic() + 10
    while (month := site.month()).get("requests", 0) < wanted and time.monotonic() < until:
        time.sleep(0.02)
    return month


def disconnects() -> Row:
    with running_site() as site:
        found = run_disconnects(site, rounds=10, at_a_time=50)
    told = (
        f"{found.cancelled} cancelled within {found.slowest_s:.2f} s, {found.requests} settled, "
        f"{found.held} micro-dollars left reserved"
    )
    cancelled = found.cancelled == found.streams and found.slowest_s <= 1
    met = cancelled and found.requests == found.streams and not found.held
    what = f"{found.streams} callers leave in the middle of a stream"
    return row("F7", what, "upstream cancelled ≤ 1 s, all settled", told, met)
