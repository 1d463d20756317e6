"""DynamoDB's condition and update expressions, as far as the gateway writes them.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html

Compiled once for each text. Paths are names of attributes, never parts of one; what else DynamoDB
knows is a ValidationException here. Values are as on the wire, such as {"N": "5"}.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

Value = Mapping[str, Any]
Item = dict[str, Value]


class Invalid(Exception):
    """DynamoDB answers 400 ValidationException with this text."""


class Given(NamedTuple):
    """What the expressions of one request are about."""

    item: Item
    values: Mapping[str, Value]
    names: Mapping[str, str]


Test = Callable[[Given], bool]
Operand = Callable[[Given], "Value | None"]
Change = Callable[[Given, Item], None]

_TOKEN = re.compile(r"\s*(?:([#:]?[A-Za-z0-9_]+)|(<=|>=|<>|[=<>(),]))")
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_CLAUSES = {"ADD", "SET", "REMOVE"}


@functools.lru_cache(8192)
def condition(text: str) -> Test:
    tokens = _Tokens(text)
    test = _either(tokens)
    tokens.expect("")
    return test


@functools.lru_cache(8192)
def update(text: str) -> tuple[Change, ...]:
    tokens = _Tokens(text)
    changes: list[Change] = []
    while clause := tokens.take().upper():
        if clause not in _CLAUSES:
            raise Invalid(f"Invalid UpdateExpression: Syntax error; token: {clause!r}")
        one = {"ADD": _addition, "SET": _setting, "REMOVE": _removal}[clause]
        changes.append(one(tokens))
        while tokens.takes(","):
            changes.append(one(tokens))
    return tuple(changes)


@functools.lru_cache(8192)
def placeholders(*texts: str) -> frozenset[str]:
    """The `:values` and `#names` that the expressions use."""
    return frozenset(name for text in texts for name in re.findall(r"[#:]\w+", text))


class _Tokens:
    def __init__(self, text: str) -> None:
        self._left: list[str] = []
        at = 0
        while at < len(text.rstrip()):
            found = _TOKEN.match(text, at)
            if not found:
                raise Invalid(f"Invalid expression: Syntax error; near {text[at : at + 20]!r}")
            self._left.append(found[1] or found[2])
            at = found.end()

    def next(self) -> str:
        return self._left[0] if self._left else ""

    def take(self) -> str:
        return self._left.pop(0) if self._left else ""

    def takes(self, wanted: str) -> bool:
        if self.next().upper() != wanted:
            return False
        self.take()
        return True

    def expect(self, wanted: str) -> None:
        if (token := self.take()) != wanted:
            raise Invalid(f"Invalid expression: Syntax error; {wanted!r} expected, not {token!r}")


def _either(tokens: _Tokens) -> Test:
    tests = [_both(tokens)]
    while tokens.takes("OR"):
        tests.append(_both(tokens))
    return tests[0] if len(tests) == 1 else lambda given: any(test(given) for test in tests)


def _both(tokens: _Tokens) -> Test:
    tests = [_one(tokens)]
    while tokens.takes("AND"):
        tests.append(_one(tokens))
    return tests[0] if len(tests) == 1 else lambda given: all(test(given) for test in tests)


def _one(tokens: _Tokens) -> Test:
    if tokens.takes("NOT"):
        test = _one(tokens)
        return lambda given: not test(given)
    if tokens.takes("("):
        test = _either(tokens)
        tokens.expect(")")
        return test
    if tokens.next() in ("attribute_exists", "attribute_not_exists"):
        return _existence(tokens)
    return _comparison(tokens)


def _existence(tokens: _Tokens) -> Test:
    wanted = tokens.take() == "attribute_exists"
    tokens.expect("(")
    name = _path(tokens)
    tokens.expect(")")
    return lambda given: (name(given) in given.item) is wanted


def _comparison(tokens: _Tokens) -> Test:
    left = _operand(tokens)
    sign = tokens.take()
    right = _operand(tokens)
    if sign == "<>":
        return lambda given: not _holds("=", left(given), right(given))
    if sign not in _ORDERS:
        raise Invalid(f"Invalid ConditionExpression: Syntax error; token: {sign!r}")
    return lambda given: _holds(sign, left(given), right(given))


def _holds(sign: str, left: Value | None, right: Value | None) -> bool:
    """Nothing is true of an attribute that is missing, or of two types."""
    if left is None or right is None or left.keys() != right.keys():
        return False
    return _ORDERS[sign](_plain(left), _plain(right))


def _plain(value: Value) -> Any:
    ((kind, plain),) = value.items()
    return _number(plain) if kind == "N" else plain


def _number(text: str) -> int | Decimal:
    return int(text) if text.lstrip("-").isdigit() else Decimal(text)


def _path(tokens: _Tokens) -> Callable[[Given], str]:
    name = tokens.take()
    if not name or (name[0] not in "#_" and not name[0].isalpha()):
        raise Invalid(f"Invalid expression: {name!r} is not the name of an attribute")
    if name[0] == "#":
        return lambda given: given.names[name]
    return lambda given: name


def _operand(tokens: _Tokens) -> Operand:
    if tokens.next().startswith(":"):
        value = tokens.take()
        return lambda given: given.values[value]
    name = _path(tokens)
    return lambda given: given.item.get(name(given))


def _addition(tokens: _Tokens) -> Change:
    name, amount = _path(tokens), _operand(tokens)

    def add(given: Given, item: Item) -> None:
        before, added = given.item.get(name(given), {"N": "0"}), amount(given)
        if added is None or "N" not in added or "N" not in before:
            raise Invalid("An operand in the update expression has an incorrect data type")
        item[name(given)] = {"N": str(_number(before["N"]) + _number(added["N"]))}

    return add


def _setting(tokens: _Tokens) -> Change:
    name = _path(tokens)
    tokens.expect("=")
    new = _operand(tokens)

    def set(given: Given, item: Item) -> None:
        value = new(given)
        if value is None:
            raise Invalid("The provided expression refers to an attribute that does not exist")
        item[name(given)] = value

    return set


def _removal(tokens: _Tokens) -> Change:
    name = _path(tokens)

    def remove(given: Given, item: Item) -> None:
        item.pop(name(given), None)

    return remove
