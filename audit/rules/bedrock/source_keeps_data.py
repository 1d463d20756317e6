"""By default a deleted data source takes the vectors of its documents along."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.intrinsics import text_of
from audit.rules.registry import rule


@rule(
    "BR-SOURCE-KEEPS-DATA",
    on="AWS::Bedrock::DataSource",
    severity="medium",
    category="data",
    fix="set DataDeletionPolicy to RETAIN",
)
def vectors_outlive_the_data_source(source: Resource, _: Environment) -> Iterator[str]:
    """Deleting a data source leaves its vectors."""
    if source.at("DataDeletionPolicy") != "RETAIN":
        yield f"DataDeletionPolicy is {text_of(source.at('DataDeletionPolicy') or 'DELETE')}"
