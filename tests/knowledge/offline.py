"""A knowledge base without AWS: the embedded AWS's own parser, chunkers, vectors and search."""

import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from local.gaps.chunks import split
from local.gaps.embeddings import count_tokens, embed
from local.gaps.parsing import text_of
from local.gaps.vector_store import Index, Vector
from operate.knowledge.passages import Found, Passage

DIMENSIONS = 1_024
METADATA = ".metadata.json"


class Offline:
    """The documents of a folder, cut by one configuration and embedded for real."""

    def __init__(self, folder: Path, chunking: Mapping[str, Any], cache: Path) -> None:
        self._embed = partial(embed, dimensions=DIMENSIONS, cached_in=cache)
        self.index = Index("", {"dimension": DIMENSIONS, "distanceMetric": "cosine"})
        self.tokens: list[int] = []
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            if not path.name.endswith(METADATA):
                self._add(path.relative_to(folder).as_posix(), path.read_bytes(), chunking)

    def retrieve(self, count: int, question: str) -> Found:
        """The best passages; small chunks of one large one give it once, as Retrieve does."""
        query = self._embed(question, "query")
        started = time.perf_counter()
        nearest = self.index.nearest(query, count, lambda _: True)
        seconds = time.perf_counter() - started
        passages = (Passage(v.metadata["document"], v.metadata["text"]) for v, _ in nearest)
        return Found(tuple(dict.fromkeys(passages)), seconds)

    def _add(self, name: str, body: bytes, chunking: Mapping[str, Any]) -> None:
        passage = partial(self._embed, role="passage")
        for number, chunk in enumerate(split(text_of(name, body), chunking, passage)):
            key, metadata = f"{name}#{number}", {"document": name, "text": chunk.text}
            self.index.vectors[key] = Vector(key, passage(chunk.found_by), metadata)
            self.tokens.append(count_tokens(chunk.text))
