"""Our own NamedTuple does what `typing`'s does."""

from __future__ import annotations

import pytest

from gateway.record import NamedTuple


class Point(NamedTuple):
    """A place."""

    x: int
    y: int = 2

    @property
    def sum(self) -> int:
        return self.x + self.y


def test_fields_defaults_and_methods():
    point = Point(1)
    assert (point.x, point.y, point.sum, point) == (1, 2, 3, (1, 2))
    assert point._replace(x=5) == Point(x=5, y=2)
    assert repr(point) == "Point(x=1, y=2)"


def test_keeps_its_names():
    assert (Point.__name__, Point.__module__, Point.__doc__) == ("Point", __name__, "A place.")


def test_is_frozen():
    with pytest.raises(AttributeError):
        Point(1).x = 3  # type: ignore[misc]


def test_a_missing_field_is_an_error():
    with pytest.raises(TypeError):
        Point()  # type: ignore[call-arg]
