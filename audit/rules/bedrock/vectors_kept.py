"""An index is create-only: any edit replaces it, and embedding everything again costs days."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.rules.registry import rule
from audit.rules.retention import not_retained


@rule(
    "BR-VECTORS-KEPT",
    on=("AWS::S3Vectors::VectorBucket", "AWS::S3Vectors::Index"),
    severity="high",
    category="data",
    fix="set DeletionPolicy and UpdateReplacePolicy to Retain",
)
def vectors_stay(store: Resource, _: Environment) -> Iterator[str]:
    """Vectors stay when their stack goes or their index is replaced."""
    yield from not_retained(store)
