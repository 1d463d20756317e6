"""Whether a text says something: by words alone, whatever their width and case."""

import re
import unicodedata
from collections.abc import Sequence

# Japanese and Chinese have no spaces: a character is a word there.
CJK = "\u3005-\u30ff\u3400-\u9fff"
WORD = re.compile(rf"[{CJK}]|[^\W{CJK}]+")
# A full stop within a number ends nothing.
END = re.compile(r"(?<=[。！？])|(?<=[.!?])\s+|\n+")
SUPPORTED = 0.6  # of a sentence's words


def plain(text: str) -> str:
    """One width, one case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def says(text: str, spellings: Sequence[str]) -> bool:
    """Whether one of the spellings stands in the text, no part of a longer word or number."""
    return any(re.search(_bounded(plain(one)), plain(text)) for one in spellings)


def is_supported(sentence: str, passages: Sequence[str]) -> bool:
    """Whether most words of the sentence stand in one of the passages."""
    said = _words(sentence)
    return any(len(said & _words(passage)) >= SUPPORTED * len(said) for passage in passages)


def sentences(text: str) -> list[str]:
    """Those that have a word."""
    return [each for each in END.split(text) if WORD.search(each)]


def _words(text: str) -> set[str]:
    return set(WORD.findall(plain(text)))


def _bounded(spelling: str) -> str:
    before = r"(?<![a-z0-9])" if spelling[0].isascii() and spelling[0].isalnum() else ""
    after = r"(?![a-z0-9])" if spelling[-1].isascii() and spelling[-1].isalnum() else ""
    return f"{before}{re.escape(spelling)}{after}"
