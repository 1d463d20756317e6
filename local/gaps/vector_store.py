"""The vectors of S3 Vectors in memory: buckets, their indexes, and an exact search.

Exact, where AWS's is approximate: it reads every vector, so its recall is 1 and its time grows
with the index (docs/knowledge.md has the figures).
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Metadata = Mapping[str, Any]
Floats = NDArray[np.float32]
# Distances of float32 that are so near are equal, and the key decides.
DECIMALS = 6


@dataclass(frozen=True, eq=False)
class Vector:
    """One stored vector; `data` is float32, as long as its index is wide."""

    key: str
    data: Sequence[float]
    metadata: Metadata


@dataclass(frozen=True)
class _Searched:
    """The vectors that a search saw last, as one matrix: the next one mostly sees the same."""

    vectors: list[Vector]
    matrix: Floats
    lengths: Floats

    @classmethod
    def of(cls, vectors: list[Vector]) -> "_Searched":
        matrix = np.array([np.asarray(each.data, dtype=np.float32) for each in vectors])
        return cls(vectors, matrix, np.linalg.norm(matrix, axis=1))

    def cosine(self, query: Floats) -> Floats:
        lengths = np.maximum(self.lengths * np.linalg.norm(query), 1e-12)
        distances: Floats = (1.0 - self.matrix @ query / lengths).astype(np.float32)
        return distances

    def euclidean(self, query: Floats) -> Floats:
        away = self.matrix - query
        distances: Floats = np.einsum("ij,ij->i", away, away)
        return distances


@dataclass
class Index:
    """One index: what was asked for when it was made, and its vectors by key."""

    arn: str
    declared: Mapping[str, Any]
    created: float = field(default_factory=time.time)
    vectors: dict[str, Vector] = field(default_factory=dict)
    _searched: _Searched | None = field(default=None, repr=False, compare=False)

    @property
    def dimension(self) -> int:
        """How long every vector in it is."""
        return int(self.declared["dimension"])

    def nearest(
        self, query: Sequence[float], count: int, keep: Callable[[Metadata], bool]
    ) -> list[tuple[Vector, float]]:
        """The closest vectors first, each with its distance (for cosine: 1 - cosine)."""
        vectors = list(self.vectors.values())
        kept = [row for row, each in enumerate(vectors) if keep(each.metadata)]
        if not kept:
            return []
        searched = self._current(vectors)
        is_euclidean = self.declared["distanceMetric"] == "euclidean"
        distance = searched.euclidean if is_euclidean else searched.cosine
        distances = distance(np.asarray(query, dtype=np.float32)).round(DECIMALS)
        best = _smallest(distances[kept], count)
        found = [(searched.vectors[kept[row]], float(distances[kept[row]])) for row in best]
        return sorted(found, key=lambda pair: (pair[1], pair[0].key))[:count]

    def _current(self, vectors: list[Vector]) -> _Searched:
        # Vectors are replaced and never changed: the same objects are the same matrix.
        if self._searched is None or self._searched.vectors != vectors:
            self._searched = _Searched.of(vectors)
        return self._searched


@dataclass
class Bucket:
    """One vector bucket: what was asked for, its policy, and its indexes by name."""

    arn: str
    declared: Mapping[str, Any]
    created: float = field(default_factory=time.time)
    policy: str | None = None
    indexes: dict[str, Index] = field(default_factory=dict)


def _smallest(distances: Floats, count: int) -> list[int]:
    """The rows of the smallest distances, and of all that equal the last of them."""
    if count >= len(distances):
        return list(range(len(distances)))
    limit = np.partition(distances, count - 1)[count - 1]
    rows: list[int] = np.flatnonzero(distances <= limit).tolist()
    return rows
