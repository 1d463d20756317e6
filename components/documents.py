"""Documents in a bucket, ours or one that exists already, and the right to ingest some of them."""

from typing import Any, NamedTuple

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from config.knowledge import KnowledgeBase

Conditions = dict[str, Any]


class Documents(NamedTuple):
    """A bucket, and the key that its documents are encrypted with if it is not AWS's own."""

    bucket: s3.IBucket
    key: kms.IKey | None

    def grant_ingest(self, grantee: iam.IGrantable, prefix: str) -> None:
        """List and read one prefix, and nothing of a bucket that another account owns."""
        ours: Conditions = {"StringEquals": {"aws:ResourceAccount": Stack.of(self.bucket).account}}
        listing: Conditions = {**ours, "StringLike": {"s3:prefix": [prefix, f"{prefix}*"]}}
        _allow(grantee, "s3:ListBucket", self.bucket.bucket_arn, listing)
        _allow(grantee, "s3:GetObject", self.bucket.arn_for_objects(f"{prefix}*"), ours)
        if self.key:
            self.key.grant_decrypt(grantee)


def existing(scope: Construct, declared: KnowledgeBase) -> Documents:
    """The bucket that a knowledge base names; its owner lets it tell EventBridge of changes."""
    assert declared.bucket is not None
    bucket = s3.Bucket.from_bucket_name(scope, "Bucket", declared.bucket)
    key = declared.bucket_key and kms.Key.from_key_arn(scope, "BucketKey", declared.bucket_key)
    return Documents(bucket, key or None)


def _allow(grantee: iam.IGrantable, action: str, resource: str, conditions: Conditions) -> None:
    grantee.grant_principal.add_to_principal_policy(
        iam.PolicyStatement(actions=[action], resources=[resource], conditions=conditions)
    )
