"""A request's body as a JSON object, whatever bytes came: every route reads its own by this."""

from __future__ import annotations

import json
import math

from gateway.errors import invalid, too_large

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def no_number(name: str) -> None:
    """NaN and Infinity are Python's, not JSON's."""
    raise ValueError(name)


def finite(text: str) -> float:
    """1e999 is JSON, and nothing that could be sent on."""
    number = float(text)
    if math.isinf(number):
        raise ValueError(text)
    return number


# `json.loads` makes a new one for every call that wants anything special.
DECODER = json.JSONDecoder(parse_constant=no_number, parse_float=finite)


def parse_object(body: bytes, *, max_bytes: int) -> dict[str, Any]:
    """Raises a 413 for a body that is too long, and a 400 for anything but an object in UTF-8."""
    if len(body) > max_bytes:
        raise too_large(max_bytes)
    try:
        value = DECODER.decode(body.decode())
    except (ValueError, RecursionError):
        raise invalid(None, "The body is not valid JSON in UTF-8.") from None
    if not isinstance(value, dict):
        raise invalid(None, "The body must be a JSON object.")
    return value
