"""L1-L4: what the gateway adds, how much it holds, and that it does not grow."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tests.bench.frames import text
from tests.load import asset
from tests.load.answers import outcome
from tests.load.callers import at_a_rate, at_once, chat
from tests.load.generator import Load
from tests.load.rows import Row, row
from tests.load.site import Site, running_site
from tests.load.tally import Tally, quantile

_DIRECT_BODY = b'{"messages":[{"role":"user","content":[{"text":"?"}]}]}'


def ask(model: str = asset.PLAIN, *, stream: bool = False, tenant: str = "demo") -> bytes:
    return chat(model, key=asset.key(tenant), stream=stream)


def direct(model: str, operation: str) -> bytes:
    """The same question, asked of the fake itself."""
    head = f"POST /model/{model}/{operation} HTTP/1.1\r\nhost: fake\r\n"
    return f"{head}content-length: {len(_DIRECT_BODY)}\r\n\r\n".encode() + _DIRECT_BODY


class Overhead(NamedTuple):
    """Milliseconds that the gateway's callers wait longer than the fake's own."""

    p50: float
    p99: float
    failed: int


def run_overhead(site: Site, rounds: int, each: int) -> Overhead:
    """Sequential; the two take turns."""
    ours, theirs = Tally(), Tally(lambda _: "")
    for _ in range(rounds):
        _at_once(site.cloud.address, theirs, direct(asset.PLAIN, "converse"), each, 1)
        _at_once(site.server.address, ours, ask(), each, 1)
    added = [quantile(ours.took_ms, q) - quantile(theirs.took_ms, q) for q in (0.5, 0.99)]
    return Overhead(added[0], added[1], ours.failed)


def overhead() -> Row:
    with running_site() as site:
        _at_once(site.server.address, Tally(), ask(), 100, 1)
        found = run_overhead(site, rounds=20, each=250)
    told = f"p50 {found.p50:.1f} ms, p99 {found.p99:.1f} ms, {found.failed} failed"
    met = found.p50 <= 3 and found.p99 <= 15 and not found.failed
    what = "overhead over the fake itself, 5,000 requests in sequence"
    return row("L1", what, "p50 ≤ 3 ms, p99 ≤ 15 ms", told, met)


def run_held(site: Site, per_second: float, seconds: float) -> Tally:
    tally = Tally()
    load = Load(site.server.address, keep=tally)
    at_a_rate(load, (ask() for _ in range(int(per_second * seconds))), per_second)
    load.close()
    return tally


def held(seconds: float = 600) -> Row:
    with running_site(processes=2) as site:
        tally = run_held(site, 300, seconds)
    p99 = quantile(tally.took_ms, 0.99)
    told = f"{tally.failed} of {tally.outcomes.total():,} failed, p99 {p99:.0f} ms"
    what = f"300 requests a second for {seconds / 60:.0f} min, 2 processes"
    return row("L2", what, "0 errors, p99 ≤ 100 ms", told, not tally.failed and p99 <= 100)


def run_streams(site: Site, model: str, words: int, per_second: float, count: int) -> Tally:
    """So many streams of ours; their first words' times."""
    tally = Tally(lambda result: outcome(result, text(words)))
    load = Load(site.server.address, keep=tally)
    at_a_rate(load, (ask(model, stream=True) for _ in range(count)), per_second)
    load.close()
    return tally


def streams() -> Row:
    """Each takes 10 s, and 50 begin in a second."""
    with running_site(processes=2) as site:
        theirs = Tally(lambda _: "")
        load = Load(site.cloud.address, keep=theirs)
        request = direct(asset.HELD, "converse-stream")
        at_a_rate(load, (request for _ in range(1_000)), 50)
        load.close()
        ours = run_streams(site, asset.HELD, 40, 50, 2_000)
    added = [quantile(ours.first_ms, q) - quantile(theirs.first_ms, q) for q in (0.5, 0.99)]
    told = f"p50 {added[0]:.1f} ms, p99 {added[1]:.1f} ms, {ours.failed} of 2,000 not complete"
    what = "500 concurrent streams, first token's overhead, 2 processes"
    return row("L3", what, "p99 ≤ 50 ms", told, added[1] <= 50 and not ours.failed)


class Growth(NamedTuple):
    """`mb` per 10,000 requests after warm-up; open descriptors after warm-up and in the end."""

    mb: float
    first_descriptors: int
    last_descriptors: int
    failed: int


def run_endurance(site: Site, batches: int, each: int, progress: Callable[[str], None]) -> Growth:
    tally, child = Tally(), site.server.child
    load = Load(site.server.address, keep=tally)
    points: list[tuple[float, float]] = []
    descriptors = []
    for batch in range(batches):
        requests = (ask(stream=number % 4 == 0) for number in range(each))
        at_once(load, requests, 16)
        points.append((each * (batch + 1) / 10_000, child.rss_mb))
        descriptors.append(child.descriptors)
        progress(f"{each * (batch + 1):,} requests, {points[-1][1]:.1f} MB")
    load.close()
    warm = max(1, batches // 10)
    slope = _slope(points[warm:])
    return Growth(slope, descriptors[warm], descriptors[-1], tally.failed)


def endurance() -> Row:
    with running_site() as site:
        # As many execution environments as there will be callers.
        _at_once(site.server.address, Tally(), ask(asset.SLOW, stream=True), 32, 16)
        found = run_endurance(site, 40, 5_000, lambda line: print(f"    {line}", flush=True))
    flat = found.last_descriptors <= found.first_descriptors
    told = (
        f"{found.mb:+.2f} MB a 10,000, descriptors {found.first_descriptors} then "
        f"{found.last_descriptors}, {found.failed} failed"
    )
    met = found.mb <= 1 and flat and not found.failed
    return row("L4", "200,000 requests", "RSS ≤ +1 MB a 10,000, descriptors flat", told, met)


def _at_once(
    address: tuple[str, int], tally: Tally, request: bytes, times: int, callers: int
) -> None:
    load = Load(address, keep=tally)
    at_once(load, (request for _ in range(times)), callers)
    load.close()


def _slope(points: list[tuple[float, float]]) -> float:
    """Of the straight line that fits best."""
    n = len(points)
    mean_x, mean_y = (sum(values) / n for values in zip(*points, strict=True))
    above = sum((x - mean_x) * (y - mean_y) for x, y in points)
    return above / sum((x - mean_x) ** 2 for x, _ in points)
