"""Bodies made of the shapes that judge them, right and wrong, for Hypothesis (R2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from gateway import shape
from gateway.errors import GatewayError
from gateway.responses.labels import Labels

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)
_LETTERS = st.characters(exclude_categories=["Cs"])
_PATTERNS = {
    shape.NOT_BLANK: st.text(_LETTERS, max_size=9).map(lambda text: "x" + text),
    "^[a-zA-Z0-9_-]+$": st.text("abcXYZ019_-", min_size=1, max_size=12),
}


def right(of: shape.Shape) -> st.SearchStrategy[Any]:
    """Values that the shape accepts."""
    match of:
        case shape.Text():
            return _text(of.schema())
        case shape.Number():
            return _number(of.schema())
        case shape.Choice():
            return st.sampled_from(of.schema()["enum"])
        case shape.Flag():
            return st.booleans()
        case shape.Anything():
            objects = st.dictionaries(st.text(_LETTERS, max_size=5), JSON, max_size=2)
            return objects if of.kind == (dict,) else JSON.filter(lambda value: value is not None)
        case Labels():
            texts = st.text(_LETTERS, max_size=9)
            return st.dictionaries(texts, texts, max_size=16)
        case shape.List():
            return _list(of)
        case shape.Object():
            return _object(of)
        case shape.One():
            return st.one_of([_one(name, each) for name, each in of.fields.items()])
        case shape.Either():
            possible = [each for each in of.shapes if not isinstance(each, shape.Never)]
            return st.one_of([right(each) for each in possible])
        case shape.Tagged():
            return st.one_of([_tagged(of.tag, name, each) for name, each in of.shapes.items()])
    raise TypeError(of)


def _text(schema: Mapping[str, Any]) -> st.SearchStrategy[str]:
    pattern = schema.get("pattern", "")
    if pattern.startswith("^data:image/"):
        return st.just("data:image/png;base64,iVBORw0KGgo=")
    least = schema.get("minLength", 0)
    made = st.text(_LETTERS, min_size=least, max_size=max(least, 12))
    if pattern:
        known = pattern in _PATTERNS
        made = _PATTERNS[pattern] if known else st.from_regex(pattern.replace("$", r"\Z"))
    return made.filter(lambda text: len(text) <= schema.get("maxLength", 99))


def _number(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    low, high = schema.get("minimum"), schema.get("maximum")
    if schema["type"] == "integer":
        return st.integers(low, high if high is not None else 10_000)
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


def _list(of: shape.List) -> st.SearchStrategy[list[Any]]:
    schema = of.schema()
    least = schema.get("minItems", 0)
    most = min(schema.get("maxItems", 3), least + 2)
    return st.lists(right(of.item), min_size=least, max_size=most)


def _object(of: shape.Object) -> st.SearchStrategy[dict[str, Any]]:
    possible = {n: s for n, s in of.fields.items() if not isinstance(s, shape.Never)}
    needed = {name: right(possible[name]) for name in of.required}
    others = {name: right(each) for name, each in possible.items() if name not in of.required}
    return st.fixed_dictionaries(needed, optional=others)


def _one(name: str, of: shape.Shape) -> st.SearchStrategy[dict[str, Any]]:
    return right(of).map(lambda value: {name: value})


def _tagged(tag: str, name: str, of: shape.Object) -> st.SearchStrategy[dict[str, Any]]:
    return _object(of).map(lambda value: {**value, tag: name})


def wrong(of: shape.Object) -> st.SearchStrategy[dict[str, Any]]:
    """Bodies that the shape refuses: one field of another JSON type, unknown, or missing."""
    bodies = right(of)
    unknown = bodies.map(lambda body: {**body, "no_such_field": 1})
    missing = bodies.flatmap(
        lambda body: st.sampled_from(of.required).map(
            lambda name: {key: value for key, value in body.items() if key != name}
        )
    )
    other = bodies.flatmap(lambda body: st.tuples(st.just(body), _wrong_field(of))).map(
        lambda both: {**both[0], both[1][0]: both[1][1]}
    )
    return st.one_of(unknown, missing, other)


def _wrong_field(of: shape.Object) -> st.SearchStrategy[tuple[str, Any]]:
    return st.sampled_from(sorted(of.fields)).flatmap(
        lambda name: (
            _wrong_value(of.fields[name]).map(lambda value: (name, value))
            if not _takes_anything(of.fields[name])
            else st.just(("no_such_field", 1))
        )
    )


def _wrong_value(of: shape.Shape) -> st.SearchStrategy[Any]:
    other = JSON.filter(lambda value: value is not None and not accepts(of, value))
    return st.one_of(other, _wrong_one(of)) if isinstance(of, shape.One) else other


def _wrong_one(of: shape.One) -> st.SearchStrategy[dict[str, Any]]:
    """Of what is right alone: two at once, or one under a name that does not exist."""
    two = st.tuples(right(of), right(of)).map(lambda both: both[0] | both[1])
    unknown = right(of).map(lambda value: {"no_such_field": next(iter(value.values()))})
    return st.one_of(two.filter(lambda value: len(value) == 2), unknown)


def _takes_anything(of: shape.Shape) -> bool:
    return isinstance(of, shape.Anything) and of.kind == (object,)


def accepts(of: shape.Shape, value: Any) -> bool:
    try:
        of.check("field", value)
    except GatewayError:
        return False
    return True
