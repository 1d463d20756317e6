"""How two environments differ in meaning: each difference by the path of its field, as loaded.

What both leave to the same default, or say in another order where order means nothing, is equal.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from config.frozen import Frozen
from config.knowledge import Fixed, Hierarchical, Semantic, Undivided
from config.models import Target
from config.schema import Environment

Path = tuple[str, ...]
# Compared whole: one way of cutting has other fields than another.
WHOLE = (Fixed, Hierarchical, Semantic, Undivided)
# Lists that are tried or shown in their order; all others are sets.
ORDERED = ("aliases.*.fallbacks",)


@dataclass(frozen=True)
class Difference:
    """One field, or one table that only one of them has (the other's is then None)."""

    path: Path
    one: Any
    other: Any

    @property
    def field(self) -> str:
        """As `promote` takes it."""
        return ".".join(self.path)


def differences(one: Environment, other: Environment) -> tuple[Difference, ...]:
    """All of them, in the order of the schema; names apart, which two environments never share."""
    return tuple(
        found
        for field in type(one).model_fields
        if field != "name"
        for found in _differ((field,), _declared(one, field), _declared(other, field))
    )


def fields(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every table and field in a value of the schema, with its path."""
    for name, inside in (_table(value) or {}).items():
        yield (*path, name), inside
        yield from fields(inside, (*path, name))


def fits(path: Path, pattern: str) -> bool:
    """Whether the path is what the pattern names, or lies inside it; `*` stands for one name."""
    words = pattern.split(".")
    pairs = zip(path, words, strict=False)
    return len(path) >= len(words) and all(fnmatchcase(name, word) for name, word in pairs)


def _differ(path: Path, one: Any, other: Any) -> Iterator[Difference]:
    ours, theirs = _table(one), _table(other)
    if ours is not None and theirs is not None:
        for key in (*ours, *(key for key in theirs if key not in ours)):
            yield from _differ((*path, key), ours.get(key), theirs.get(key))
    elif _comparable(path, one) != _comparable(path, other):
        yield Difference(path, one, other)


def _table(value: Any) -> Mapping[str, Any] | None:
    """What has fields of its own to be told apart."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, Frozen) and not isinstance(value, WHOLE):
        return {field: _declared(value, field) for field in type(value).model_fields}
    return None


def _declared(table: Frozen, field: str) -> Any:
    """Guardrails are of the same files everywhere: only which of them are named can differ."""
    value = getattr(table, field)
    return tuple(value) if field == "guardrails" else value


def _comparable(path: Path, value: Any) -> Any:
    if isinstance(value, Target):
        return value.id
    if not isinstance(value, tuple):
        return value
    items = [_comparable(path, each) for each in value]
    return items if any(fits(path, pattern) for pattern in ORDERED) else sorted(items)
