"""`typing.NamedTuple` without `typing`, whose import would be a twentieth of a cold start."""

from __future__ import annotations

from collections import namedtuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class _Maker(type):
    """Turns a class body of annotated fields, defaults and methods into a named tuple."""

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> Any:
        if not bases:
            return super().__new__(cls, name, bases, body)
        fields = body.pop("__annotations__")
        defaults = [body.pop(field) for field in fields if field in body]
        made = namedtuple(name, fields, defaults=defaults, module=body["__module__"])  # type: ignore[misc]
        for attribute in body.keys() - {"__module__", "__qualname__", "__static_attributes__"}:
            setattr(made, attribute, body[attribute])
        return made


class NamedTuple(metaclass=_Maker):
    """Fields without a default come first, as `typing.NamedTuple` wants them."""
