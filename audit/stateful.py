"""Which resources hold what no deployment can bring back."""

import tomllib
from functools import cache
from pathlib import Path

from audit.view import Resource

FILE = Path(__file__).parent / "data" / "stateful.toml"


def loss(type: str) -> str | None:
    """How grave the loss of such a resource is: a severity, or None if it holds nothing."""
    return next((severity for severity, types in _types().items() if type in types), None)


def physical_name(resource: Resource) -> str | None:
    """The name that the template itself gives it, by which a later deployment finds it again."""
    for types in _types().values():
        if property := types.get(resource.type):
            name = resource.get(property)
            return name if isinstance(name, str) and name else None
    return None


@cache
def _types() -> dict[str, dict[str, str]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
