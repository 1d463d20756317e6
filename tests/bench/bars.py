"""What issue 4 promises of speed, and whether a run has kept it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tests.bench import cold, gateways, served, warm
from tests.bench.figures import Figures


class Bar(NamedTuple):
    """What is promised, what was measured of it, and whether that is enough."""

    what: str
    promised: str
    measured: str
    met: bool


def bars(figures: Figures) -> Iterator[Bar]:
    ours, boto3, direct = warm.HANDLER, warm.BOTO3, warm.DIRECT
    for name, of in (("p50", "took_ms"), ("CPU", "cpu_us")):
        ratio = figures.ratio((ours, warm.WHOLE, of), (boto3, warm.WHOLE, of))
        yield _at_most(f"warm handler, {name}", ratio, 1.0, " × boto3 `converse`")
    first = (ours, warm.STREAM, "first_ms")
    added = figures.difference(first, (direct, warm.STREAM, "first_ms"))
    yield _at_most("added time to first token", added, 1.0, " ms")
    ratio = figures.ratio(first, (boto3, warm.STREAM, "first_ms"))
    yield _at_most("time to first token", ratio, 1.0, " × boto3 `converse_stream`")
    yield _at_most("CPU of a streamed chunk", chunk_us(figures, ours), 40, " µs")
    init = figures.ratio((cold.OURS, "init_ms"), (cold.BOTO3, "init_ms"))
    yield _at_most("INIT", init, 0.35, " × boto3's")
    yield _at_most("modules loaded at INIT", figures.p50(cold.OURS, "modules"), 150, "")
    if figures.has(gateways.USUAL, served.MANY, "per_s"):
        many = (served.MANY, "per_s")
        more = figures.ratio((gateways.OURS, *many), (gateways.USUAL, *many))
        met = more >= 3.0
        yield Bar("requests a second, 16 callers", "≥ 3 × FastAPI's", f"{more:.2f} ×", met)
    yield _at_most("RSS under our runtime", figures.p50(cold.OURS, "rss_mb"), 40, " MB")
    yield _at_most("the asset, zipped", figures.p50(cold.OURS, "zip_kb"), 200, " kB")


def chunk_us(figures: Figures, name: str) -> float:
    """What a word more costs: a long stream's CPU less a short one's."""
    long, short = ((name, what, "cpu_us") for what in (warm.LONG, warm.STREAM))
    return figures.difference(long, short) / warm.MORE_WORDS


def _at_most(what: str, measured: float, bar: float, unit: str) -> Bar:
    told = f"{measured:.0f}" if measured >= 20 else f"{measured:.2f}"
    return Bar(what, f"≤ {bar:g}{unit}", told + unit.partition(" ×")[0], measured <= bar)
