"""Documents and prompts in clear text on a network are read by whoever runs it."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.rules.registry import rule
from audit.rules.statements import Statement, in_document


@rule(
    "BR-BUCKET-TLS",
    on="AWS::S3::Bucket",
    severity="medium",
    category="exposure",
    fix="add a bucket policy that denies s3:* when aws:SecureTransport is false",
)
def buckets_speak_tls_only(bucket: Resource, around: Environment) -> Iterator[str]:
    """A bucket is reached over TLS only."""
    policies = [
        each
        for each in around.of_type("AWS::S3::BucketPolicy")
        if bucket in around.referred(each.at("Bucket"), each)
        or each.at("Bucket") == bucket.at("BucketName") is not None
    ]
    statements = [s for each in policies for s in in_document(each.at("PolicyDocument"), each)]
    if not any(map(_denies_clear_text, statements)):
        yield "no bucket policy denies what comes without TLS"


def _denies_clear_text(statement: Statement) -> bool:
    principal = statement.raw.get("Principal")
    everybody = principal in ("*", {"AWS": "*"}, {"AWS": ["*"]})
    without_tls = [
        (operator, key, [*map(str.lower, values)]) for operator, key, values in statement.conditions
    ] == [("bool", "aws:securetransport", ["false"])]
    return statement.is_deny and everybody and without_tls and statement.may("s3:GetObject")
