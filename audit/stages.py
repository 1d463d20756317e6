"""What an environment is by its name: how strong it must be, and whether it may break."""

import re
from collections.abc import Collection

# From weak to strong, by what environments are usually called.
ORDER = (
    ("local", "sandbox", "personal"),
    ("dev", "develop", "development"),
    ("test", "testing", "qa", "int", "integration", "ci"),
    ("staging", "stage", "stg", "uat", "preprod", "pre-prod", "nonprod"),
    ("prod", "production", "prd", "live"),
)
# Environments below staging may be as weak as they like.
STRICT = 3
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def rank(environment: str) -> int | None:
    """How strong an environment must be; None if its name does not tell."""
    found = [i for i, names in enumerate(ORDER) if _words(environment) & set(names)]
    return max(found) if found else None


def is_one_of(environment: str, names: Collection[str]) -> bool:
    """Is it called so, whole or by a word of its name, and is nothing stricter in its name?"""
    called = {each.lower() for each in names}
    if environment.lower() in called:
        return True
    return bool(_words(environment) & called) and (rank(environment) or 0) < STRICT


def _words(environment: str) -> set[str]:
    """`helpdesk-dev`, `HelpdeskDev` and `Dev` all say dev."""
    parts = re.split(r"[-_/.]", environment)
    inner = [word for part in parts for word in WORD.findall(part)]
    return {each.lower() for each in (environment, *parts, *inner)}
