"""What was measured: samples by what they are of, and the numbers that are told of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from statistics import median

Key = tuple[str, ...]


class Figures:
    """A list of samples for each round of a key; a key is a candidate and what was measured."""

    def __init__(self) -> None:
        self._rounds: dict[Key, list[list[float]]] = defaultdict(list)

    def add(self, *key: str, samples: Iterable[float]) -> None:
        """One round's."""
        self._rounds[key].append(list(samples))

    def has(self, *key: str) -> bool:
        return key in self._rounds

    def p50(self, *key: str) -> float:
        return median(self._all(key))

    def p99(self, *key: str) -> float:
        ordered = sorted(self._all(key))
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]

    def total(self, *key: str) -> float:
        return sum(self._all(key))

    def ratio(self, ours: Key, theirs: Key) -> float:
        """Round by round, since a slow moment of the machine hits both; the median of those."""
        pairs = zip(self._rounds[ours], self._rounds[theirs], strict=True)
        return median(median(a) / median(b) for a, b in pairs)

    def difference(self, ours: Key, theirs: Key) -> float:
        pairs = zip(self._rounds[ours], self._rounds[theirs], strict=True)
        return median(median(a) - median(b) for a, b in pairs)

    def _all(self, key: Key) -> list[float]:
        return [sample for samples in self._rounds[key] for sample in samples]
