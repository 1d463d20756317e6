"""A knowledge base that can read more than its documents will, one day, answer from it."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.intrinsics import text_of
from audit.rules.registry import rule
from audit.rules.statements import Statement, held_by


@rule(
    "BR-DOCUMENTS-SCOPED",
    on="AWS::Bedrock::DataSource",
    severity="medium",
    category="access",
    fix="allow s3:GetObject on the bucket with the prefixes of InclusionPrefixes, and no more",
)
def documents_are_read_and_nothing_else(source: Resource, around: Environment) -> Iterator[str]:
    """A knowledge base's role reads the documents of its data source and no others."""
    configuration = "DataSourceConfiguration", "S3Configuration"
    bucket = text_of(source.at(*configuration, "BucketArn"))
    prefixes = map(text_of, source.list_at(*configuration, "InclusionPrefixes"))
    wanted = tuple(f"{bucket}/{each}" for each in prefixes) or (f"{bucket}/",)
    for statement in _statements(source, around):
        for arn in statement.resources:
            if not arn.startswith(wanted):
                yield f"its role reads {arn}, which is not within {', '.join(wanted)}"


def _statements(source: Resource, around: Environment) -> list[Statement]:
    bases = around.referred(source.at("KnowledgeBaseId"), source)
    roles = [role for base in bases for role in around.referred(base.at("RoleArn"), base)]
    held = [each for role in roles for each in held_by(role.name, around)]
    return [each for each in held if each.is_allow and each.may("s3:GetObject")]
