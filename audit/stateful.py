"""Which resources hold what no deployment can bring back."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from audit.view import Resource

FILE = Path(__file__).parent / "data" / "stateful.toml"


SEVERITIES = ("critical", "high")


def loss(resource: Resource) -> str | None:
    """How grave the loss of a resource is: a severity, or None if it holds nothing."""
    if any(resource.get(each) for each in _file()["copies"].get(resource.type, ())):
        return "medium"
    return next((each for each in SEVERITIES if resource.type in _file()[each]), None)


def physical_name(resource: Resource) -> str | None:
    """The name that the template itself gives it, by which a later deployment finds it again."""
    for severity in SEVERITIES:
        if property := _file()[severity].get(resource.type):
            name = resource.get(property)
            return name if isinstance(name, str) and name else None
    return None


@cache
def _file() -> dict[str, dict[str, Any]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
