"""The metadata filter of S3 Vectors: `{"team": {"$eq": "hr"}}`, joined with $and and $or."""

from collections.abc import Callable, Mapping
from operator import ge, gt, le, lt
from typing import Any

Test = Callable[[Any, Any], bool]


def _is_equal(actual: Any, wanted: Any) -> bool:
    return wanted in actual if isinstance(actual, list) else bool(actual == wanted)


def _is_any(actual: Any, wanted: Any) -> bool:
    return any(_is_equal(actual, one) for one in wanted)


def _compared(how: Callable[[Any, Any], bool]) -> Test:
    numbers = (int, float)
    return lambda actual, wanted: isinstance(actual, numbers) and how(actual, wanted)


TESTS: Mapping[str, Test] = {
    "$eq": _is_equal,
    "$ne": lambda actual, wanted: not _is_equal(actual, wanted),
    "$in": _is_any,
    "$nin": lambda actual, wanted: not _is_any(actual, wanted),
    "$gt": _compared(gt),
    "$gte": _compared(ge),
    "$lt": _compared(lt),
    "$lte": _compared(le),
    "$exists": lambda actual, wanted: (actual is not None) == wanted,
}


def matches(wanted: Mapping[str, Any], metadata: Mapping[str, Any]) -> bool:
    """Whether a vector's metadata passes; a bare value means $eq. Raises KeyError."""
    return all(_passes(name, condition, metadata) for name, condition in wanted.items())


def _passes(name: str, condition: Any, metadata: Mapping[str, Any]) -> bool:
    if name == "$and":
        return all(matches(one, metadata) for one in condition)
    if name == "$or":
        return any(matches(one, metadata) for one in condition)
    tests = condition if isinstance(condition, dict) else {"$eq": condition}
    return all(TESTS[test](metadata.get(name), value) for test, value in tests.items())
