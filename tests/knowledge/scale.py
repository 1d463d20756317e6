"""How long the embedded AWS searches among synthetic vectors: our emulator's speed, not AWS's."""

import time
from collections.abc import Callable

import numpy as np

from local.gaps.vector_store import Index, Vector
from operate.statistics import percentile

SIZES = (1_000, 10_000, 100_000)
DIMENSIONS = 1_024
QUERIES = 30
TOP = 5
HEADINGS = ("vectors", "first query", "p50", "p95", "p50 with a filter that keeps 1 %")
Row = tuple[str, ...]


def measure(told: Callable[[str], None]) -> list[Row]:
    """The table of sizes, its headings first."""
    rows = [HEADINGS]
    for size in SIZES:
        index = _filled(size)
        first = _timed(index, 1)[0]
        all, few = _timed(index, QUERIES), _timed(index, QUERIES, lambda m: m["group"] == 0)
        seconds = (first, percentile(all, 50), percentile(all, 95), percentile(few, 50))
        rows.append((f"{size:,}", *(f"{each * 1_000:.1f} ms" for each in seconds)))
        told("  ".join(rows[-1]))
    return rows


def _filled(size: int) -> Index:
    draws = np.random.default_rng(0)
    index = Index("", {"dimension": DIMENSIONS, "distanceMetric": "cosine"})
    for number in range(size):
        data = draws.standard_normal(DIMENSIONS, dtype=np.float32)
        metadata = {"group": number % 100}
        index.vectors[str(number)] = Vector(str(number), data, metadata)
    return index


def _timed(
    index: Index, queries: int, keep: Callable[..., bool] = lambda metadata: True
) -> list[float]:
    draws = np.random.default_rng(1)
    return [_seconds(index, draws.standard_normal(DIMENSIONS), keep) for _ in range(queries)]


def _seconds(index: Index, query: np.ndarray, keep: Callable[..., bool]) -> float:
    given = query.tolist()
    started = time.perf_counter()
    found = index.nearest(given, TOP, keep)
    seconds = time.perf_counter() - started
    assert len(found) == TOP
    return seconds
