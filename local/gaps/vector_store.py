"""The vectors of S3 Vectors in memory: buckets, their indexes, and an exact search."""

import math
import time
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import mul
from typing import Any

Metadata = Mapping[str, Any]


@dataclass(frozen=True)
class Vector:
    """One stored vector; `data` is float32, as long as its index is wide."""

    key: str
    data: Sequence[float]
    metadata: Metadata

    @cached_property
    def length(self) -> float:
        """Euclidean; computed once, since every query needs it."""
        return math.sqrt(_dot(self.data, self.data))


@dataclass(frozen=True)
class Index:
    """One index: what was asked for when it was made, and its vectors by key."""

    arn: str
    declared: Mapping[str, Any]
    created: float = field(default_factory=time.time)
    vectors: dict[str, Vector] = field(default_factory=dict)

    @property
    def dimension(self) -> int:
        """How long every vector in it is."""
        return int(self.declared["dimension"])

    def nearest(
        self, query: Sequence[float], count: int, keep: Callable[[Metadata], bool]
    ) -> list[tuple[Vector, float]]:
        """The closest vectors first, each with its distance (for cosine: 1 - cosine)."""
        wanted = Vector(key="", data=array("f", query), metadata={})
        kept = [vector for vector in list(self.vectors.values()) if keep(vector.metadata)]
        distance = _euclidean if self.declared["distanceMetric"] == "euclidean" else _cosine
        ranked = [(vector, distance(wanted, vector)) for vector in kept]
        return sorted(ranked, key=lambda pair: (pair[1], pair[0].key))[:count]


@dataclass
class Bucket:
    """One vector bucket: what was asked for, its policy, and its indexes by name."""

    arn: str
    declared: Mapping[str, Any]
    created: float = field(default_factory=time.time)
    policy: str | None = None
    indexes: dict[str, Index] = field(default_factory=dict)


def _cosine(left: Vector, right: Vector) -> float:
    return 1.0 - _dot(left.data, right.data) / max(left.length * right.length, 1e-12)


def _euclidean(left: Vector, right: Vector) -> float:
    return sum((a - b) ** 2 for a, b in zip(left.data, right.data, strict=True))


def _dot(left: Sequence[float], right: Sequence[float]) -> float:
    return math.fsum(map(mul, left, right))
