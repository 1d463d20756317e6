"""A text in chunks: fixed pieces, small pieces that stand for large ones, or pieces of one meaning.

Lengths are in the embedding model's own tokens. What `split` gives is embedded by its `found_by`
and answered with its `text`; https://docs.aws.amazon.com/bedrock/latest/userguide/kb-chunking.html
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from operator import mul
from typing import Any

from local.gaps.embeddings import count_tokens

# Japanese and Chinese have no spaces: a character is a word there.
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\s\u3040-\u30ff\u3400-\u9fff]+")
SENTENCE = re.compile(r"[^。．.!?！？\n]+(?:[。．.!?！？]+|\n+|$)")
# AWS's default chunking.
DEFAULT = {"maxTokens": 300, "overlapPercentage": 20}

Settings = Mapping[str, Any]
Embed = Callable[[str], Sequence[float]]


@dataclass(frozen=True)
class Chunk:
    """What a vector is made of, and what an answer is given for it."""

    found_by: str
    text: str


def split(text: str, config: Settings, embed: Embed) -> list[Chunk]:
    """The chunks of a text in order, by a data source's chunking configuration."""
    return STRATEGIES[config.get("chunkingStrategy", "FIXED_SIZE")](text, config, embed)


def _none(text: str, _: Settings, __: Embed) -> list[Chunk]:
    return [Chunk(text, text)] if text.strip() else []


def _fixed(text: str, config: Settings, _: Embed) -> list[Chunk]:
    fixed = {**DEFAULT, **config.get("fixedSizeChunkingConfiguration", {})}
    most = fixed["maxTokens"]
    pieces = Words(text).pieces(most, most * fixed["overlapPercentage"] // 100)
    return [Chunk(piece, piece) for piece in pieces]


def _hierarchical(text: str, config: Settings, _: Embed) -> list[Chunk]:
    """A small chunk is found, and the large one that holds it is the answer."""
    levels = config["hierarchicalChunkingConfiguration"]
    large, small = (level["maxTokens"] for level in levels["levelConfigurations"])
    overlap = levels["overlapTokens"]
    return [
        Chunk(child, parent)
        for parent in Words(text).pieces(large, overlap)
        for child in Words(parent).pieces(small, min(overlap, small - 1))
    ]


def _semantic(text: str, config: Settings, embed: Embed) -> list[Chunk]:
    """Neighbouring sentences stay together until their meaning jumps, or a chunk is full."""
    semantic = config["semanticChunkingConfiguration"]
    sentences = [each.group() for each in SENTENCE.finditer(text) if each.group().strip()]
    near = semantic["bufferSize"]
    meanings = [
        embed("".join(sentences[max(0, i - near) : i + near + 1])) for i in range(len(sentences))
    ]
    jumps = [1.0 - sum(map(mul, a, b)) for a, b in pairwise(meanings)]
    limit = _percentile(jumps, semantic["breakpointPercentileThreshold"])
    groups: list[str] = []
    for i, sentence in enumerate(sentences):
        joined = f"{groups[-1]}{sentence}" if groups else sentence
        jumped = i > 0 and jumps[i - 1] > limit
        if groups and not jumped and count_tokens(joined) <= semantic["maxTokens"]:
            groups[-1] = joined
        else:
            groups.append(sentence)
    pieces = (p for group in groups for p in Words(group).pieces(semantic["maxTokens"], 0))
    return [Chunk(piece, piece) for piece in pieces]


STRATEGIES: Mapping[str, Callable[[str, Settings, Embed], list[Chunk]]] = {
    "NONE": _none,
    "FIXED_SIZE": _fixed,
    "HIERARCHICAL": _hierarchical,
    "SEMANTIC": _semantic,
}


class Words:
    """A text as words with their tokens: a word is never cut, every piece is a slice of it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._words = list(WORD.finditer(text))
        costs = (max(1, count_tokens(word.group())) for word in self._words)
        self._sums = [0, *accumulate(costs)]

    def pieces(self, most: int, overlap: int) -> list[str]:
        """So many tokens each, repeating the last ones of the piece before."""
        return [
            self._text[self._words[first].start() : self._words[last - 1].end()]
            for first, last in self._spans(most, overlap)
        ]

    def _spans(self, most: int, overlap: int) -> Iterator[tuple[int, int]]:
        first = 0
        while first < len(self._words):
            last = self._reach(first, most)
            yield first, last
            if last == len(self._words):
                return
            # Back by the overlap, but always forward by one word at least.
            first = max(first + 1, self._reach_back(last, overlap))

    def _reach(self, first: int, most: int) -> int:
        return max(first + 1, bisect_right(self._sums, self._sums[first] + most) - 1)

    def _reach_back(self, last: int, overlap: int) -> int:
        return bisect_left(self._sums, self._sums[last] - overlap)


def _percentile(values: Sequence[float], percent: int) -> float:
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, len(ranked) * percent // 100)] if ranked else 0.0
