"""The bucket of the knowledge bases' documents, and what one of them may read."""

from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from components.access_log_bucket import AccessLogBucket
from components.bucket import Bucket

Conditions = dict[str, Any]
# How long an overwritten or deleted document can be brought back.
OLD_VERSION_DAYS = 90


class DocumentsBucket(Bucket):
    """Documents under one prefix a knowledge base; old versions go after 90 days."""

    def __init__(
        self, scope: Construct, id: str, *, name: str, key: kms.IKey, access_logs: AccessLogBucket
    ) -> None:
        super().__init__(
            scope,
            id,
            name=name,
            key=key,
            access_logs=access_logs,
            lifecycle_rules=[
                s3.LifecycleRule(
                    noncurrent_version_expiration=Duration.days(OLD_VERSION_DAYS),
                    abort_incomplete_multipart_upload_after=Duration.days(7),
                )
            ],
        )
        self._key = key

    def grant_ingest(self, grantee: iam.IGrantable, prefix: str) -> None:
        """List and read one prefix, and nothing of a bucket that another account put here."""
        ours: Conditions = {"StringEquals": {"aws:ResourceAccount": Stack.of(self).account}}
        listing: Conditions = {**ours, "StringLike": {"s3:prefix": [prefix, f"{prefix}*"]}}
        _allow(grantee, "s3:ListBucket", self.bucket_arn, listing)
        _allow(grantee, "s3:GetObject", self.arn_for_objects(f"{prefix}*"), ours)
        self._key.grant_decrypt(grantee)


def _allow(grantee: iam.IGrantable, action: str, resource: str, conditions: Conditions) -> None:
    grantee.grant_principal.add_to_principal_policy(
        iam.PolicyStatement(actions=[action], resources=[resource], conditions=conditions)
    )
