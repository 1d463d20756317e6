"""The words of a name, however they are joined: `monthlyBudget_USD`, `HelpdeskDev`."""

import re

WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def in_words(name: str) -> list[str]:
    """In lower case and in their order."""
    return [each.lower() for each in WORD.findall(name)]
