"""A knowledge base as an environment declares it: which documents, cut how, read by whom."""

from hashlib import sha256
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictBool

from config.frozen import Frozen, Whole
from config.names import ModelId

# What the embedding models with the longest context read.
LONGEST_PASSAGE = 8_192
Prefix = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9/-]*/$", max_length=63)]


class Fixed(Frozen):
    """Chunks of one size, each repeating so much of the one before."""

    strategy: Literal["fixed"]
    max_tokens: Whole = Field(ge=20, le=8_192)
    overlap_percent: Whole = Field(ge=1, le=99)

    @property
    def embedded_tokens(self) -> int:
        return self.max_tokens

    @property
    def passage_tokens(self) -> int:
        return self.max_tokens


class Hierarchical(Frozen):
    """Small chunks are found, and the large ones that hold them answer."""

    strategy: Literal["hierarchical"]
    parent_tokens: Whole = Field(ge=20, le=8_192)
    child_tokens: Whole = Field(ge=20, le=8_192)
    overlap_tokens: Whole = Field(ge=1, le=8_191)

    @property
    def embedded_tokens(self) -> int:
        return self.child_tokens

    @property
    def passage_tokens(self) -> int:
        return self.parent_tokens


class Semantic(Frozen):
    """Sentences stay together until their meaning jumps."""

    strategy: Literal["semantic"]
    max_tokens: Whole = Field(ge=20, le=8_192)
    buffer: Whole = Field(ge=0, le=1)
    breakpoint_percentile: Whole = Field(ge=50, le=99)

    @property
    def embedded_tokens(self) -> int:
        return self.max_tokens

    @property
    def passage_tokens(self) -> int:
        return self.max_tokens


class Undivided(Frozen):
    """A document is one chunk: for files that were cut before; what is longer fails to be read."""

    strategy: Literal["none"]

    @property
    def embedded_tokens(self) -> int:
        return 0

    @property
    def passage_tokens(self) -> int:
        return LONGEST_PASSAGE


Chunking = Annotated[Fixed | Hierarchical | Semantic | Undivided, Field(discriminator="strategy")]

STRATEGIES = ("fixed", "hierarchical", "semantic", "none")


def _apart(prefixes: tuple[str, ...]) -> tuple[str, ...]:
    """No document belongs to two data sources: it would be answered twice."""
    for one in prefixes:
        if inside := [p for p in prefixes if p is not one and p.startswith(one)]:
            raise ValueError(f"{inside[0]!r} lies inside {one!r}: name each document once")
    return prefixes


class KnowledgeBase(Frozen):
    """Documents under some prefixes of a bucket, searched by meaning.

    `bucket` names one that exists already; without it they are in the environment's documents
    bucket. `readers = "groups"` lets a caller read the documents that name one of its groups, and
    nobody those that name none; `"everyone"` makes no difference between callers.
    A `managed` one is Bedrock's own store over a whole bucket: it takes no prefixes, dimensions,
    chunking or parsing.
    """

    description: str = Field(min_length=1, max_length=200)
    store: Literal["s3-vectors", "managed"] = "s3-vectors"
    bucket: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
    # Of the key that an existing bucket is encrypted with, if it is the owner's own.
    bucket_key: str | None = Field(
        default=None, pattern=r"^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$"
    )
    prefixes: Annotated[tuple[Prefix, ...], AfterValidator(_apart)] = Field(
        default=(), max_length=5
    )
    embedding_model: ModelId
    dimensions: Whole | None = None
    chunking: Chunking | None = None
    parsing: Literal["text", "data-automation"] = "text"
    readers: Literal["groups", "everyone"]
    # Sorts what a search has found once more, if whoever searches asks for it.
    rerank_model: ModelId | None = None
    # Whether its vectors outlive it; they can be made again of the documents, which always do.
    keep_vectors: StrictBool

    @property
    def managed(self) -> bool:
        return self.store == "managed"

    @property
    def passage_tokens(self) -> int:
        """How long a passage can be."""
        return self.chunking.passage_tokens if self.chunking else LONGEST_PASSAGE

    @property
    def content(self) -> str:
        """Names what cannot be changed in place: another one stands beside, with its own index."""
        parts = [self.store, self.embedding_model.id, self.dimensions, self.parsing, self.chunking]
        return sha256("\n".join(map(repr, parts)).encode()).hexdigest()[:8]
