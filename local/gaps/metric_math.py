"""CloudWatch's metric math, as far as alarms of ours need it: numbers, names, IF and FILL."""

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

Value = float | None  # None: no data in this period

_OPERATORS: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
}


def evaluate(expression: str, values: Mapping[str, Value]) -> Value:
    """One period's value; None where a part has no data; ValueError for what is not known here."""
    # IF is a word of Python's only in lower case, so Python's own parser reads a formula.
    return _value(ast.parse(expression, mode="eval").body, values)


def _value(node: ast.expr, values: Mapping[str, Value]) -> Value:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name):
            return values[name]
        case ast.BinOp(left=left, op=op, right=right):
            return _combined(type(op), _value(left, values), _value(right, values))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _combined(type(op), _value(left, values), _value(right, values))
        case ast.Call(func=ast.Name(id="FILL"), args=[series, filling]):
            known = _value(series, values)
            return _value(filling, values) if known is None else known
        case ast.Call(func=ast.Name(id="IF"), args=[condition, then, otherwise]):
            holds = _value(condition, values)
            return None if holds is None else _value(then if holds else otherwise, values)
    raise ValueError(f"metric math that the embedded AWS does not know: {ast.unparse(node)}")


def _combined(kind: type, left: Value, right: Value) -> Value:
    if kind not in _OPERATORS:
        raise ValueError(f"metric math that the embedded AWS does not know: {kind.__name__}")
    if left is None or right is None or (kind is ast.Div and right == 0):
        return None
    return float(_OPERATORS[kind](left, right))
