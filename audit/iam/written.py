"""What a policy must have written out before anything can be said about it."""

from audit.template import Json


class Unclear(Exception):
    """A policy that is not written out, for instance one that a macro makes."""


def texts(value: Json) -> list[str]:
    """One or several, as texts; raises Unclear for what is not text."""
    found = value if isinstance(value, list) else [value]
    if not all(isinstance(each, (str, int, float, bool)) for each in found):
        raise Unclear(f"{value!r} is not written out")
    return [str(each).lower() if isinstance(each, bool) else str(each) for each in found]
