"""The embedded index's search against the plain formula, and what a change of its vectors does."""

import math
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.gaps.vector_store import Index, Vector

NUMBERS = st.floats(-1, 1, width=32).filter(lambda x: abs(x) > 1e-3)
VECTORS = st.lists(st.lists(NUMBERS, min_size=4, max_size=4), min_size=1, max_size=12)


def index(*vectors, metric="cosine") -> Index:
    made = Index("", {"dimension": 4, "distanceMetric": metric})
    for number, data in enumerate(vectors):
        put(made, f"{number:02}", data)
    return made


def put(into: Index, key: str, data, **metadata) -> None:
    into.vectors[key] = Vector(key, array("f", data), metadata)


def cosine(left, right) -> float:
    dot = math.fsum(a * b for a, b in zip(left, right, strict=True))
    return 1 - dot / (math.hypot(*left) * math.hypot(*right))


def euclidean(left, right) -> float:
    return math.fsum((a - b) ** 2 for a, b in zip(left, right, strict=True))


@pytest.mark.parametrize(("metric", "formula"), [("cosine", cosine), ("euclidean", euclidean)])
@given(VECTORS, st.lists(NUMBERS, min_size=4, max_size=4), st.integers(1, 15))
def test_the_nearest_are_those_of_the_plain_formula(metric, formula, vectors, query, count):
    found = index(*vectors, metric=metric).nearest(query, count, lambda _: True)
    wanted = sorted(formula(query, each) for each in vectors)[:count]
    assert [distance for _, distance in found] == pytest.approx(wanted, abs=1e-5)
    for vector, distance in found:
        assert distance == pytest.approx(formula(query, vector.data), abs=1e-5)


def test_equal_distances_come_in_the_order_of_their_keys():
    same = index(*[[1, 0, 0, 0]] * 5)
    found = same.nearest([1, 0, 0, 0], 3, lambda _: True)
    assert [vector.key for vector, _ in found] == ["00", "01", "02"]


def test_a_replaced_and_a_removed_vector_are_seen_by_the_next_search():
    changing = index([1, 0, 0, 0], [0, 1, 0, 0])

    def best() -> str:
        return changing.nearest([1, 0, 0, 0], 1, lambda _: True)[0][0].key

    assert best() == "00"
    put(changing, "01", [2, 0, 0, 0])
    put(changing, "00", [0, 0, 1, 0])
    assert best() == "01"
    del changing.vectors["01"]
    assert best() == "00"


def test_a_filter_is_applied_before_the_count():
    filtered = index()
    for number in range(10):
        put(filtered, str(number), [1, number, 0, 0], odd=number % 2)
    found = filtered.nearest([1, 0, 0, 0], 2, lambda metadata: metadata["odd"] == 1)
    assert [vector.key for vector, _ in found] == ["1", "3"]


def test_an_index_without_vectors_finds_nothing():
    assert index().nearest([1, 0, 0, 0], 5, lambda _: True) == []
