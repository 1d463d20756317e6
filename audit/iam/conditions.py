"""Conditions, judged on values that stand for all others: one of each sort that tests can tell
apart. Semantics are those of "IAM JSON policy elements: Condition operators"."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from itertools import combinations

from audit.iam.classes import LITERAL, OTHER, classes, matches
from audit.iam.written import Unclear, texts
from audit.template import Json

# A key's values in a request; empty where the request has no such key.
Values = frozenset[str]
MISSING: Values = frozenset()
OPERATOR = re.compile(r"(?:(ForAllValues|ForAnyValue):)?(.+?)(IfExists)?$", re.IGNORECASE)
NEGATED = re.compile(r"^(string|numeric|date|arn)not|^notip")
MANY = 6


class UnknownOperator(Exception):
    """A condition's operator that is not one of IAM's."""


@dataclass(frozen=True)
class Test:
    """One operator on one key, as `StringLike` on `aws:PrincipalArn`; one of `values` is enough."""

    quantifier: str
    operator: str
    if_exists: bool
    key: str
    values: tuple[str, ...]

    @property
    def negated(self) -> bool:
        return bool(NEGATED.match(self.operator))

    def holds(self, given: Values) -> bool:
        if self.operator == "null":
            return (not given) == ("true" in self.values)
        if not given:
            return self._holds_without()
        hits = [self._hits(each) for each in given]
        if self.quantifier == "forallvalues":
            return all(hit != self.negated for hit in hits)
        if self.quantifier == "foranyvalue":
            return any(hit != self.negated for hit in hits)
        return not any(hits) if self.negated else any(hits)

    def _holds_without(self) -> bool:
        if self.quantifier == "foranyvalue":
            return False
        return self.if_exists or self.negated or self.quantifier == "forallvalues"

    def _hits(self, given: str) -> bool:
        return any(_hit(self.operator, each, given) for each in self.values)


def parse_tests(condition: Json) -> frozenset[Test]:
    """Every test of a `Condition` block; a statement applies only when all of them hold."""
    if not isinstance(condition, dict):
        raise Unclear(f"the condition {condition!r}")
    found = set()
    for operator, keys in condition.items():
        parsed = OPERATOR.match(operator)
        if not parsed or not isinstance(keys, dict):
            raise Unclear(f"the condition {operator} of {keys!r}")
        quantifier, name, if_exists = parsed.groups()
        for key, values in keys.items():
            found.add(
                Test(
                    (quantifier or "").lower(),
                    name.lower(),
                    bool(if_exists),
                    key.lower(),
                    tuple(sorted(set(texts(values)))),
                )
            )
    return frozenset(found)


def representatives(tests: Iterable[Test]) -> list[Values]:
    """Values of one key that stand for every value, and for none."""
    tests = list(tests)
    single = sorted(set(_candidates(tests)))
    found = [MISSING, *(frozenset({each}) for each in single)]
    if any(test.quantifier for test in tests):
        sizes = range(2, len(single) + 1) if len(single) <= MANY else (2,)
        found += [frozenset(each) for size in sizes for each in combinations(single, size)]
    return found


def _candidates(tests: list[Test]) -> Iterator[str]:
    texts = sorted({each for test in tests for each in _patterns(test)})
    yield from classes(tuple(texts)).values()
    for test in tests:
        for value in test.values:
            yield from _near(test.operator, value)


def _patterns(test: Test) -> list[str]:
    if test.operator.endswith("like") or test.operator.startswith("arn"):
        return list(test.values)
    if test.operator.startswith(("string", "binary")):
        return [each.translate(LITERAL) for each in test.values]
    return []


def _near(operator: str, value: str) -> Iterator[str]:
    """Values on both sides of each border that the operator draws."""
    if "ignorecase" in operator:
        yield from (each.translate(LITERAL) for each in (value, value.lower(), value.upper()))
    elif operator == "bool":
        yield from ("true", "false")
    elif operator.startswith("numeric"):
        number = float(value)
        yield from (repr(each) for each in (number - 0.5, number, number + 0.5))
    elif operator.startswith("date"):
        moment = _moment(value)
        yield from (str((moment + timedelta(seconds=each)).timestamp()) for each in (-1, 0, 1))
    elif operator.endswith("ipaddress"):
        network = ip_network(value, strict=False)
        first, last = int(network.network_address), int(network.broadcast_address)
        top = 2**network.max_prefixlen - 1
        make = type(network.network_address)
        yield from (str(make(each)) for each in {max(first - 1, 0), first, min(last + 1, top)})


def _hit(operator: str, value: str, given: str) -> bool:
    positive = operator.replace("not", "", 1) if NEGATED.match(operator) else operator
    match positive:
        case "stringequals" | "binaryequals":
            return value.translate(LITERAL) == given
        case "stringequalsignorecase":
            return value.translate(LITERAL).lower() == given.lower()
        case "stringlike" | "arnlike" | "arnequals":
            return matches(value, given)
        case "bool":
            return value.lower() == given
        case "ipaddress":
            return _within(value, given)
    for sort, number in (("numeric", _number), ("date", _timestamp)):
        if positive.startswith(sort):
            left, right = number(given), number(value)
            return left is not None and _compared(positive.removeprefix(sort), left, right)
    raise UnknownOperator(operator)


def _compared(operator: str, left: float, right: float | None) -> bool:
    if right is None:
        return False
    match operator:
        case "equals":
            return left == right
        case "lessthan":
            return left < right
        case "lessthanequals":
            return left <= right
        case "greaterthan":
            return left > right
        case "greaterthanequals":
            return left >= right
    raise UnknownOperator(operator)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _timestamp(text: str) -> float | None:
    found = _number(text)
    return found if found is not None else _moment(text).timestamp()


def _moment(text: str) -> datetime:
    number = _number(text)
    if number is not None:
        return datetime.fromtimestamp(number).astimezone()
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone()


def _within(network: str, given: str) -> bool:
    try:
        return ip_address(given) in ip_network(network, strict=False)
    except ValueError:
        return given != OTHER and network == given
