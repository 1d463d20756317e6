"""Text can be guessed back from its vectors: they are as secret as the documents."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.rules.registry import rule


@rule(
    "BR-VECTORS-ENCRYPTED",
    on="AWS::S3Vectors::VectorBucket",
    severity="medium",
    category="data",
    fix="set EncryptionConfiguration to SseType aws:kms with a key of your own",
)
def vectors_are_encrypted(bucket: Resource, _: Environment) -> Iterator[str]:
    """Vectors are encrypted with a customer's key."""
    kind = bucket.at("EncryptionConfiguration", "SseType")
    if kind != "aws:kms" or not bucket.at("EncryptionConfiguration", "KmsKeyArn"):
        yield f"SseType is {kind or 'not set'}, KmsKeyArn is {_key(bucket)}"


def _key(bucket: Resource) -> str:
    return "set" if bucket.at("EncryptionConfiguration", "KmsKeyArn") else "not set"
