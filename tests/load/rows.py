"""A line of docs/reliability.md."""

from __future__ import annotations

Row = tuple[str, str, str, str]


def row(id: str, what: str, bar: str, measured: str, met: bool) -> Row:
    return id, what, bar, measured if met else f"{measured} **MISSED**"
