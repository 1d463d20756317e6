"""The labels that a caller may put on a request: texts by name, which come back with the answer."""

from __future__ import annotations

from gateway.shape import Shape, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MOST, _NAME, _VALUE = 16, Text(longest=64), Text(longest=512)


class Labels(Shape):
    """OpenAI's `metadata`."""

    says = "an object of at most 16 texts of up to 512 characters, their names of up to 64"
    kind = (dict,)

    def takes(self, value: Any) -> bool:
        return (
            isinstance(value, dict)
            and len(value) <= _MOST
            and all(map(_NAME.takes, value))
            and all(map(_VALUE.takes, value.values()))
        )

    def schema(self) -> dict[str, Any]:
        names = {"propertyNames": _NAME.schema(), "maxProperties": _MOST}
        return {"type": "object", "additionalProperties": _VALUE.schema(), **names}
