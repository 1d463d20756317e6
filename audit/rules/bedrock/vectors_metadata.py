"""A passage does not fit into the 2 kB of metadata that S3 Vectors can filter by."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.rules.registry import rule


@rule(
    "BR-VECTORS-METADATA",
    on="AWS::S3Vectors::Index",
    severity="medium",
    category="data",
    fix="put AMAZON_BEDROCK_TEXT into MetadataConfiguration.NonFilterableMetadataKeys",
)
def passages_are_not_filtered_by(index: Resource, _: Environment) -> Iterator[str]:
    """The text of passages is metadata that is not filtered by."""
    keys = index.list_at("MetadataConfiguration", "NonFilterableMetadataKeys")
    if "AMAZON_BEDROCK_TEXT" not in keys:
        yield f"NonFilterableMetadataKeys is {keys}"
