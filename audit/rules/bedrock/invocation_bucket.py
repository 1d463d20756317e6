"""An invocation log in a bucket is a copy of everything that was asked."""

from collections.abc import Iterator

from audit.environment import Environment, Resource, at
from audit.rules.registry import rule
from audit.rules.statements import in_document


@rule(
    "BR-INVOCATION-BUCKET",
    on="AWS::S3::BucketPolicy",
    severity="high",
    category="data",
    fix="encrypt the bucket with a key of your own and let its objects expire",
)
def invocations_are_kept_safely(policy: Resource, around: Environment) -> Iterator[str]:
    """The bucket that Bedrock writes its log to is encrypted with a customer's key and forgets."""
    statements = in_document(policy.at("PolicyDocument"), policy)
    written = [each for each in statements if each.is_allow and each.may("s3:PutObject")]
    if any("bedrock.amazonaws.com" in each.services() for each in written):
        for bucket in around.referred(policy.at("Bucket"), policy):
            yield from _wrong(bucket)


def _wrong(bucket: Resource) -> Iterator[str]:
    defaults = [
        at(each, "ServerSideEncryptionByDefault", "KMSMasterKeyID")
        for each in bucket.list_at("BucketEncryption", "ServerSideEncryptionConfiguration")
    ]
    if not any(defaults):
        yield f"{bucket.name} has no KMSMasterKeyID"
    rules = bucket.list_at("LifecycleConfiguration", "Rules")
    if not any(at(each, "Status") == "Enabled" and at(each, "ExpirationInDays") for each in rules):
        yield f"{bucket.name} has no lifecycle rule with ExpirationInDays"
