"""What a JSON body may look like: judged value by value, and published as JSON Schema.

One source for both, so that `openapi.json` says what the parsers do. `check` raises a 400 that
names the field; None stands for an optional field that is not there, as OpenAI's clients send it.
"""

from __future__ import annotations

import json
import re

from gateway.errors import invalid, is_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

# A sign that is no blank: Python, ECMAScript and Rust each count a few as blank that others do not.
NOT_BLANK = r"[^\s\x1c-\x1f\x85\ufeff]"
# Half a surrogate pair is legal in JSON, and in no UTF-8 that could be sent on.
_BROKEN = re.compile("[\ud800-\udfff]")


def is_sound(value: object) -> bool:
    """Whether no text anywhere in a JSON value is broken."""
    return not _BROKEN.search(json.dumps(value, ensure_ascii=False))


class Shape:
    """`says` completes "must be ..."; `kind` is the JSON types it takes, as Python's."""

    says = "a JSON value"
    kind: tuple[type, ...] = (object,)

    def check(self, at: str, value: Any) -> None:
        if not self.takes(value):
            raise self.refusal(at)

    def takes(self, value: Any) -> bool:
        """Whether it is of the right JSON type and, unless it holds others, right altogether."""
        return isinstance(value, self.kind)

    def schema(self) -> dict[str, Any]:
        return {}

    def refusal(self, at: str) -> Exception:
        return invalid(at or None, f"{at or 'The body'!r} must be {self.says}.")


class Text(Shape):
    """`pattern` is searched for, as in JSON Schema."""

    kind = (str,)

    def __init__(
        self, *, shortest: int = 0, longest: int | None = None, pattern: str = "", says: str = ""
    ) -> None:
        self.shortest, self.longest = shortest, longest
        self.pattern = pattern
        # Python's $ would let a line break pass, JSON Schema's does not.
        self._pattern = re.compile(re.sub(r"\$$", r"\\Z", pattern)) if pattern else None
        self.says = says or ("a text that is not empty" if shortest else "a text")

    def takes(self, value: Any) -> bool:
        return (
            isinstance(value, str)
            and self.shortest <= len(value)
            and (self.longest is None or len(value) <= self.longest)
            and not (self._pattern and not self._pattern.search(value))
            and not _BROKEN.search(value)
        )

    def schema(self) -> dict[str, Any]:
        limits = {"minLength": self.shortest or None, "maxLength": self.longest}
        pattern = {"pattern": self.pattern} if self.pattern else {}
        return {"type": "string", **_given(limits), **pattern}


class Number(Shape):
    """From `low` to `high`, both included. JSON's true is no number, although Python's is, and 1.0
    is a whole one."""

    kind = (int, float)

    def __init__(
        self, low: float | None = None, high: float | None = None, *, whole: bool = False
    ) -> None:
        self._low, self._high, self._whole = low, high, whole
        limits = {"from": low, "to": high}
        told = " ".join(f"{word} {limit}" for word, limit in _given(limits).items())
        self.says = f"a {'whole ' if whole else ''}number {told}".rstrip()

    def takes(self, value: Any) -> bool:
        if not isinstance(value, self.kind) or isinstance(value, bool):
            return False
        number: Any = value
        if self._whole and number % 1:  # of infinity too: that is no number
            return False
        return (self._low is None or self._low <= number) and (
            self._high is None or number <= self._high
        )

    def schema(self) -> dict[str, Any]:
        type = "integer" if self._whole else "number"
        return {"type": type, **_given({"minimum": self._low, "maximum": self._high})}


class Flag(Shape):
    says = "true or false"
    kind = (bool,)

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


class Choice(Shape):
    """One of some JSON values."""

    def __init__(self, *values: object) -> None:
        self._values = values
        self.kind = tuple({type(value) for value in values})
        self.says = repr(values[0]) if len(values) == 1 else f"one of {list(values)}"

    def takes(self, value: Any) -> bool:
        # 1 == True in Python, and not in JSON.
        truth = isinstance(value, bool)
        return any(value == each and truth == isinstance(each, bool) for each in self._values)

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self._values)}


class Anything(Shape):
    """Any JSON; with `kind=dict`, any object."""

    def __init__(self, kind: type = object) -> None:
        self.kind = (kind,)
        self.says = "a JSON object" if kind is dict else "a JSON value"

    def takes(self, value: Any) -> bool:
        return isinstance(value, self.kind) and is_sound(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "object"} if self.kind == (dict,) else {}


class Never(Shape):
    """A field of the imitated API that is known and refused by name, unless it is null."""

    def __init__(self, why: str = "is not supported by this gateway; leave it out") -> None:
        self._why = why

    def takes(self, value: Any) -> bool:
        return False

    def schema(self) -> dict[str, Any]:
        return {"type": "null"}

    def refusal(self, at: str) -> Exception:
        return invalid(at, f"{at!r} {self._why}.")


class List(Shape):
    kind = (list,)

    def __init__(self, item: Shape, *, least: int = 0, most: int | None = None) -> None:
        self.item, self._least, self._most = item, least, most
        limits = _given({"at least": least or None, "at most": most})
        told = " and ".join(f"{word} {limit}" for word, limit in limits.items())
        self.says = f"a list of {told}" if told else "a list"

    def check(self, at: str, value: Any) -> None:
        if not isinstance(value, list) or len(value) < self._least:
            raise self.refusal(at)
        if self._most is not None and len(value) > self._most:
            raise self.refusal(at)
        for i, item in enumerate(value):
            self.item.check(f"{at}[{i}]", item)

    def schema(self) -> dict[str, Any]:
        limits = {"minItems": self._least or None, "maxItems": self._most}
        return {"type": "array", "items": self.item.schema(), **_given(limits)}


class Object(Shape):
    """`fields` that are not `required` may be absent or null; a field that it lacks is refused."""

    says = "a JSON object"
    kind = (dict,)

    def __init__(
        self, fields: Mapping[str, Shape], *, required: Sequence[str] = (), says: str = ""
    ) -> None:
        self.fields, self.required = fields, required
        self.says = says or self.says

    def check(self, at: str, value: Any) -> None:
        if not isinstance(value, dict):
            raise self.refusal(at)
        below = f"{at}." if at else ""
        for name in self.required:
            if name not in value:
                raise invalid(below + name, f"{below + name!r} is required.")
        for name, given in value.items():
            shape = self.fields.get(name)
            if shape is None:
                raise _unknown(at, below, name)
            if given is not None or name in self.required:
                shape.check(below + name, given)

    def schema(self) -> dict[str, Any]:
        properties = {
            name: shape.schema() if name in self.required else _or_null(shape.schema())
            for name, shape in self.fields.items()
        }
        closed = {"additionalProperties": False}
        required = {"required": list(self.required)} if self.required else {}
        return {"type": "object", "properties": properties, **required, **closed}


class One(Shape):
    """An object with exactly one of the fields."""

    kind = (dict,)

    def __init__(self, fields: Mapping[str, Shape]) -> None:
        self.fields = fields
        self.says = f"an object with one field of {sorted(fields)}"

    def check(self, at: str, value: Any) -> None:
        if not isinstance(value, dict) or len(value) != 1:
            raise self.refusal(at)
        ((name, given),) = value.items()
        if name not in self.fields:
            raise self.refusal(at)
        self.fields[name].check(f"{at}.{name}", given)

    def schema(self) -> dict[str, Any]:
        properties = {name: shape.schema() for name, shape in self.fields.items()}
        one = {"minProperties": 1, "maxProperties": 1, "additionalProperties": False}
        return {"type": "object", "properties": properties, **one}


class Either(Shape):
    """The first of the shapes whose JSON type the value has; no two have the same."""

    def __init__(self, *shapes: Shape, says: str = "") -> None:
        self.shapes = shapes
        self.kind = tuple(kind for shape in shapes for kind in shape.kind)
        self.says = says or " or ".join(shape.says for shape in shapes)

    def check(self, at: str, value: Any) -> None:
        for shape in self.shapes:
            if isinstance(value, shape.kind) and not (
                isinstance(value, bool) and bool not in shape.kind
            ):
                return shape.check(at, value)
        raise self.refusal(at)

    def takes(self, value: Any) -> bool:
        raise TypeError("a choice of shapes is checked, not asked")

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [shape.schema() for shape in self.shapes]}


class Tagged(Shape):
    """Objects told apart by the text of one field, such as `type` or `role`."""

    kind = (dict,)

    def __init__(self, tag: str, shapes: Mapping[str, Object], *, default: str = "") -> None:
        self.tag, self.shapes, self._default = tag, shapes, default
        self._any = Choice(*shapes)
        self.says = f"an object whose {tag!r} is {self._any.says}"

    def check(self, at: str, value: Any) -> None:
        if not isinstance(value, dict):
            raise self.refusal(at)
        tag: Any = value.get(self.tag)
        tag = self._default if tag is None and self._default else tag
        if not self._any.takes(tag):
            raise self._any.refusal(f"{at}.{self.tag}" if at else self.tag)
        self.shapes[tag].check(at, value)

    def schema(self) -> dict[str, Any]:
        return {"oneOf": [self._one(tag, shape) for tag, shape in self.shapes.items()]}

    def _one(self, tag: str, shape: Object) -> dict[str, Any]:
        schema = shape.schema()
        # A default may be left out; then the others' tags keep the shapes apart.
        required = [] if tag == self._default else [self.tag]
        schema["properties"] = {self.tag: {"const": tag}, **schema["properties"]}
        schema["properties"][self.tag] = {"const": tag}
        if required or shape.required:
            schema["required"] = list(dict.fromkeys([*required, *shape.required]))
        return schema


def _unknown(at: str, below: str, name: str) -> Exception:
    if is_name(name):
        return invalid(below + name, f"There is no field {below + name!r}.")
    return invalid(at or None, f"{at or 'The body'!r} has a field that does not exist.")


def _given(limits: Mapping[str, Any]) -> dict[str, Any]:
    return {name: limit for name, limit in limits.items() if limit is not None}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    if schema == {"type": "null"} or not schema:
        return schema
    if "enum" in schema:
        return {"enum": [*schema["enum"], None]}
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [*schema.get("anyOf", [schema]), {"type": "null"}]}
