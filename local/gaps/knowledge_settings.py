"""What the records of a knowledge base and its data source say, where it is deeply nested."""

from collections.abc import Mapping
from typing import Any

# AWS's default chunking.
DEFAULT_TOKENS, DEFAULT_OVERLAP = 300, 20


class IngestionFailed(Exception):
    """The reason, as GetIngestionJob gives it."""


def embedding_model(base: Mapping[str, Any]) -> str:
    """The ARN of the model that a knowledge base embeds with."""
    config = base["KnowledgeBaseConfiguration"]["vectorKnowledgeBaseConfiguration"]
    return str(config["embeddingModelArn"])


def index_arn(base: Mapping[str, Any]) -> str:
    """The ARN of the index that a knowledge base keeps its vectors in."""
    config = base["StorageConfiguration"]["s3VectorsConfiguration"]
    return str(config.get("indexArn") or f"{config['vectorBucketArn']}/index/{config['indexName']}")


def chunking(record: Mapping[str, Any]) -> tuple[int, int]:
    """Tokens of a chunk, and the percentage that the next one repeats."""
    config = (record.get("VectorIngestionConfiguration") or {}).get("chunkingConfiguration", {})
    strategy = config.get("chunkingStrategy", "FIXED_SIZE")
    if strategy == "NONE":
        return 1_000_000, 0
    if strategy != "FIXED_SIZE":
        raise IngestionFailed(f"{strategy} chunking is not emulated by the embedded AWS.")
    fixed = config.get("fixedSizeChunkingConfiguration", {})
    return fixed.get("maxTokens", DEFAULT_TOKENS), fixed.get("overlapPercentage", DEFAULT_OVERLAP)
