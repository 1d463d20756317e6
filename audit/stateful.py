"""Which resources hold what no deployment can bring back."""

from typing import Any

from audit.facts import facts
from audit.view import Resource

SEVERITIES = ("critical", "high", "medium")


def loss(resource: Resource) -> str | None:
    """How grave the loss of a resource is: a severity, or None if it holds nothing."""
    if any(resource.get(each) for each in _types()["copies"].get(resource.type, ())):
        return "medium"
    return next((each for each in SEVERITIES if resource.type in _types()[each]), None)


def physical_name(resource: Resource) -> str | None:
    """The name that the template itself gives it, by which a later deployment finds it again."""
    for severity in SEVERITIES:
        if property := _types()[severity].get(resource.type):
            name = resource.get(property)
            return name if isinstance(name, str) and name else None
    return None


def _types() -> dict[str, dict[str, Any]]:
    return facts("stateful.toml")
