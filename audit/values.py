"""Values as CloudFormation takes them: a number may be text, and one may stand for a list."""

from audit.template import Json


def number(value: Json) -> float | None:
    """None if it is no number."""
    try:
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


def listed(value: Json) -> list[Json]:
    """Nothing is none, and one is one."""
    return value if isinstance(value, list) else [] if value is None else [value]
