"""A bucket that survives: private, versioned, encrypted with our key, every access logged."""

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from components.access_log_bucket import AccessLogBucket


class Bucket(s3.Bucket):
    """`name` is derived, so that a new deployment finds what an old one kept.

    `object_lock` keeps each new object from being deleted for so long: `governance` except by those
    who may bypass it, `compliance` by nobody, the account's root included.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        key: kms.IKey,
        access_logs: AccessLogBucket,
        lifecycle_rules: Sequence[s3.LifecycleRule],
        object_lock: s3.ObjectLockRetention | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            bucket_name=name,
            encryption=s3.BucketEncryption.KMS,
            encryption_key=key,
            bucket_key_enabled=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            versioned=True,
            lifecycle_rules=lifecycle_rules,
            object_lock_default_retention=object_lock,
            removal_policy=RemovalPolicy.RETAIN,
        )
        resource = self.node.default_child
        assert isinstance(resource, s3.CfnBucket)
        # CDK's own way makes the log bucket's policy name this bucket, of a later stack perhaps.
        resource.logging_configuration = access_logs.configuration(name)


def expiring(days: int, prefix: str | None = None) -> s3.LifecycleRule:
    """Delete what is older; its versions, too, are gone a month later."""
    return s3.LifecycleRule(
        prefix=prefix,
        expiration=Duration.days(days),
        noncurrent_version_expiration=Duration.days(30),
        abort_incomplete_multipart_upload_after=Duration.days(7),
    )
