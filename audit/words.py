"""The words of a name, however they are joined: `monthlyBudget_USD`, `HelpdeskDev`; and those of a
place, which is several names: `hr.models/claude`."""

import re
from collections.abc import Iterable

PLACE = re.compile(r"[./]")
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def in_words(name: str) -> list[str]:
    """In lower case and in their order."""
    return [each.lower() for each in WORD.findall(name)]


def names_of(place: str) -> list[str]:
    """From the outside in."""
    return PLACE.split(place)


def words_of(names: Iterable[str]) -> set[str]:
    return {word for name in names for word in in_words(name)}
