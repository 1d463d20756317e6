"""What an environment is by its name: how strong it must be, and whether it may break."""

import re
from collections.abc import Collection

from audit.words import in_words

# From weak to strong, by what environments are usually called.
ORDER = (
    ("local", "sandbox", "personal"),
    ("dev", "develop", "development"),
    ("test", "testing", "qa", "int", "integration", "ci"),
    ("staging", "stage", "stg", "uat", "preprod", "pre-prod", "nonprod"),
    ("prod", "production", "prd", "live"),
)
# Words that also mean something else, as in personal-assistant: they count at the end of a name.
AMBIGUOUS = {"local", "personal", "live", "int", "ci", "stage", "test", "testing"}
KINDS = ("stage", "stack", "env", "environment")
# Environments below staging may be as weak as they like.
STRICT = 3


def rank(environment: str) -> int | None:
    """How strong an environment must be; None if its name does not tell."""
    found = [i for i, names in enumerate(ORDER) if _words(environment) & set(names)]
    return max(found) if found else None


def is_one_of(environment: str, names: Collection[str]) -> bool:
    """Is it called so, whole or, as `HelpdeskDev` is, at the end? Where its name may mean something
    else, it is not: what is no such environment for certain is judged strictly."""
    called = {each.lower() for each in names}
    words = in_words(environment)
    if len(words) > 1 and words[-1] in KINDS:
        words.pop()
    if environment.lower() in called or "".join(words) in called:
        return True
    strict = any((rank(each) or 0) >= STRICT for each in words)
    return bool(words) and words[-1] in called - AMBIGUOUS and not strict


def said_by(stack: str) -> str | None:
    """The environment that a stack's name says: `shop-prod-data`, `ShopProd`, `ShopProdStack`."""
    words = [each.lower() for each in re.split(r"[-_/.]", stack)]
    for i, word in enumerate(words):
        if rank(word) is not None and (word not in AMBIGUOUS or i == len(words) - 1):
            return word
    inner = [each for each in in_words(stack) if each not in ("stack", "stage")]
    return inner[-1] if inner and _is_plain(inner[-1]) else None


def _is_plain(word: str) -> bool:
    return rank(word) is not None and word not in AMBIGUOUS


def _words(environment: str) -> set[str]:
    """`helpdesk-dev`, `HelpdeskDev` and `Dev` all say dev."""
    parts = re.split(r"[-_/.]", environment)
    return {each.lower() for each in (environment, *parts)} | {*in_words(environment)}
