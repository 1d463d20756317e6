"""Fixed-size chunking: pieces of so many tokens, each repeating the end of the one before."""

import re
from collections.abc import Iterator
from itertools import accumulate

from local.gaps.embeddings import count_tokens

# Japanese and Chinese have no spaces: a character is a word there.
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\s\u3040-\u30ff\u3400-\u9fff]+")


def split(text: str, max_tokens: int, overlap_percent: int) -> list[str]:
    """The chunks in order; a word is never cut, and every chunk is a slice of the text."""
    words = list(WORD.finditer(text))
    costs = [max(1, count_tokens(word.group())) for word in words]
    spans = _spans(costs, max_tokens, max_tokens * overlap_percent // 100)
    return [text[words[first].start() : words[last - 1].end()] for first, last in spans]


def _spans(costs: list[int], most: int, overlap: int) -> Iterator[tuple[int, int]]:
    sums = [0, *accumulate(costs)]
    first = 0
    while first < len(costs):
        last = _reach(sums, first, most)
        yield first, last
        if last == len(costs):
            return
        # Back by the overlap, but always forward by one word at least.
        first = max(first + 1, _reach_back(sums, last, overlap))


def _reach(sums: list[int], first: int, most: int) -> int:
    fitting = (last for last in range(len(sums) - 1, first, -1) if sums[last] - sums[first] <= most)
    return next(fitting, first + 1)


def _reach_back(sums: list[int], last: int, overlap: int) -> int:
    return next(first for first in range(last + 1) if sums[last] - sums[first] <= overlap)
