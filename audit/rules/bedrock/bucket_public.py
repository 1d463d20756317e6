"""One policy too wide is enough to publish documents, unless the bucket refuses it."""

from collections.abc import Iterator

from audit.environment import Environment, Resource, truth
from audit.rules.registry import rule

SWITCHES = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


@rule(
    "BR-BUCKET-PUBLIC",
    on="AWS::S3::Bucket",
    severity="high",
    category="exposure",
    fix="set all four switches of PublicAccessBlockConfiguration to true",
)
def buckets_are_private(bucket: Resource, _: Environment) -> Iterator[str]:
    """A bucket refuses to be public."""
    for switch in SWITCHES:
        if truth(bucket.at("PublicAccessBlockConfiguration", switch)) is not True:
            yield f"{switch} is not true"
