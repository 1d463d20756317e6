"""The filter that a caller may put beside the gateway's own: by any metadata but who reads it."""

from __future__ import annotations

from gateway.errors import invalid
from gateway.readers import GROUPS
from gateway.shape import Shape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# RetrievalFilter of Retrieve's service model, by the JSON type of the value.
_TEXTS, _NUMBERS = (
    ("startsWith", "stringContains"),
    (
        "greaterThan",
        "greaterThanOrEquals",
        "lessThan",
        "lessThanOrEquals",
    ),
)
_ANY, _LISTS = ("equals", "notEquals", "listContains"), ("in", "notIn")
_JOINS = ("andAll", "orAll")
# Bedrock's own, which would tell of documents and of chunks what no caller asks of metadata.
_RESERVED = ("x-amz-", "amazon_")
_LONGEST_KEY, _LONGEST_TEXT, _MOST_VALUES = 100, 256, 20
MOST_CONDITIONS, DEEPEST = 20, 3


class Filter(Shape):
    """Bedrock's RetrievalFilter, as far as S3 and a caller need it."""

    says = "a filter of Bedrock's Retrieve, such as {'equals': {'key': 'year', 'value': 2026}}"
    kind = (dict,)

    def check(self, at: str, value: Any) -> None:
        if _conditions(at, value, 1) > MOST_CONDITIONS:
            raise invalid(at, f"A filter has at most {MOST_CONDITIONS} conditions.")

    def schema(self) -> dict[str, Any]:
        one = "One operator: " + ", ".join((*_JOINS, *_ANY, *_LISTS, *_NUMBERS, *_TEXTS))
        limits = {"minProperties": 1, "maxProperties": 1}
        return {"type": "object", **limits, "description": f"{one}. As Bedrock's Retrieve."}


def _conditions(at: str, value: Any, depth: int) -> int:
    """How many there are; a 400 for whatever else stands there."""
    if not isinstance(value, dict) or len(value) != 1:
        raise invalid(at, f"{at!r} must be an object with one operator.")
    ((operator, operand),) = value.items()
    if operator not in _JOINS:
        return _condition(at, operator, operand)
    if depth == DEEPEST:
        raise invalid(at, f"A filter is at most {DEEPEST} deep.")
    if not isinstance(operand, list) or len(operand) < 2:
        raise invalid(f"{at}.{operator}", f"{operator!r} takes a list of two filters or more.")
    return sum(_conditions(f"{at}.{operator}[{i}]", f, depth + 1) for i, f in enumerate(operand))


def _condition(at: str, operator: str, operand: Any) -> int:
    if operator not in (*_ANY, *_LISTS, *_NUMBERS, *_TEXTS):
        raise invalid(at, f"{at!r} has an operator that does not exist.")
    below = f"{at}.{operator}"
    if not isinstance(operand, dict) or operand.keys() != {"key", "value"}:
        raise invalid(below, f"{below!r} must have a key and a value.")
    _check_key(below, operand["key"])
    if not _fits(operator, operand["value"]):
        raise invalid(f"{below}.value", f"{operator!r} does not take this value.")
    return 1


def _check_key(at: str, key: Any) -> None:
    if not isinstance(key, str) or not 1 <= len(key) <= _LONGEST_KEY or not key.isprintable():
        raise invalid(f"{at}.key", f"A key is a text of 1 to {_LONGEST_KEY} characters.")
    # Some stores do not tell the case of keys apart, and some trim them.
    plain = key.strip().lower()
    if plain == GROUPS or plain.startswith(_RESERVED):
        raise invalid(f"{at}.key", "Nobody filters by readers, or by Bedrock's own keys.")


def _fits(operator: str, value: Any) -> bool:
    if operator in _LISTS:
        return (
            isinstance(value, list) and 1 <= len(value) <= _MOST_VALUES and all(map(_plain, value))
        )
    if operator in _NUMBERS:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return _plain(value) and (operator not in _TEXTS or isinstance(value, str))


def _plain(value: Any) -> bool:
    """JSON's numbers, truths and short, sound texts."""
    if isinstance(value, str):
        return len(value) <= _LONGEST_TEXT and value.isprintable()
    return isinstance(value, (bool, int, float))
