"""A shape judges as its own JSON Schema does: the library `jsonschema_rs` is the oracle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator, meta

from gateway.errors import GatewayError
from gateway.shape import (
    NOT_BLANK,
    Anything,
    Choice,
    Either,
    Flag,
    List,
    Never,
    Number,
    Object,
    One,
    Tagged,
    Text,
)

SHAPES = {
    "text": Text(),
    "short text": Text(shortest=1, longest=3),
    "text of a pattern": Text(pattern=NOT_BLANK),
    "text of letters": Text(pattern="^[ab]+$"),
    "number": Number(0, 1),
    "whole number": Number(1, whole=True),
    "any number": Number(),
    "flag": Flag(),
    "choice": Choice("a", "b"),
    "number one": Choice(1),
    "false": Choice(False),
    "anything": Anything(),
    "any object": Anything(dict),
    "list": List(Text(), least=1, most=2),
    "object": Object({"a": Text(), "b": Number(), "c": Never()}, required=("a",)),
    "object of choices": Object({"a": Choice("x"), "b": Either(Text(), List(Flag()))}),
    "one": One({"a": Text(), "b": List(Number(), least=1)}),
    "either": Either(Text(shortest=1), List(Number()), Object({"a": Flag()})),
    "number or flag": Either(Number(), Flag()),
    "mode or object": Either(Choice("a", "b"), Object({"a": Flag()}, required=("a",))),
    "tagged": Tagged(
        "type",
        {
            "t": Object({"type": Choice("t"), "text": Text()}, required=("text",)),
            "n": Object({"type": Choice("n"), "number": Number()}),
        },
    ),
    "tagged with a default": Tagged(
        "type",
        {
            "t": Object({"type": Choice("t"), "text": Text()}, required=("text",)),
            "n": Object({"type": Choice("n"), "number": Number()}),
        },
        default="t",
    ),
}

NAMES = st.sampled_from(["a", "b", "c", "type", "text", "number"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-2, 3)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "a", "b", "b\n", "x", "t", "n", " ", "abcd", 1.0, 0.5])
    | st.text(max_size=4)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=6,
)


def accepts(shape, value) -> bool:
    try:
        shape.check("field", value)
    except GatewayError as refused:
        assert refused.status == 400
        assert str(refused.body["error"]["param"]).startswith("field")
        return False
    return True


@pytest.mark.parametrize("name", SHAPES)
def test_publishes_a_valid_schema(name):
    meta.validate(SHAPES[name].schema())


@pytest.mark.parametrize("name", SHAPES)
@given(value=VALUES)
def test_accepts_what_its_schema_accepts_and_nothing_else(name, value):
    shape = SHAPES[name]
    if value is None and name == "anything":
        return
    assert accepts(shape, value) == Draft202012Validator(shape.schema()).is_valid(value)


def test_half_a_surrogate_pair_is_no_text():
    assert not accepts(Text(), "\ud83d")


def test_a_refusal_says_what_was_wanted():
    with pytest.raises(GatewayError, match=r"'n' must be a whole number from 1 to 4\."):
        Number(1, 4, whole=True).check("n", 9)


def test_an_unknown_field_is_named():
    with pytest.raises(GatewayError, match="There is no field 'temprature'"):
        Object({}).check("", {"temprature": 1})


@pytest.mark.parametrize("name", ["x" * 500, "a piece of a prompt", "\ud800", ""])
def test_what_is_no_name_is_not_shown_again(name):
    with pytest.raises(GatewayError) as refused:
        List(Object({"a": Flag()})).check("messages", [{name: 1}])
    assert refused.value.body["error"]["param"].rstrip(".") == "messages[0]"
    assert not name.strip() or name not in str(refused.value)


def test_a_nested_field_is_named_from_the_top():
    shape = Object({"a": List(Object({"b": Flag()}, required=("b",)))})
    with pytest.raises(GatewayError) as refused:
        shape.check("", {"a": [{"b": True}, {"b": 1}]})
    assert refused.value.body["error"]["param"] == "a[1].b"
