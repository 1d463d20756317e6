"""What the records of a knowledge base and its data source say, where it is deeply nested."""

from collections.abc import Mapping
from typing import Any


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


def chunking(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """How a data source's documents are cut; empty for AWS's default."""
    config: Mapping[str, Any] = record.get("VectorIngestionConfiguration") or {}
    return config.get("chunkingConfiguration") or {}
