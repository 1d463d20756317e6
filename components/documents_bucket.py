"""The bucket that holds the knowledge bases' documents: private, versioned, retained."""

from typing import Any

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

Conditions = dict[str, Any]


class DocumentsBucket(s3.Bucket):
    """Documents under one prefix a knowledge base; old versions go after 90 days."""

    def __init__(self, scope: Construct, id: str, *, name: str, key: kms.IKey) -> None:
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
            lifecycle_rules=[
                s3.LifecycleRule(
                    noncurrent_version_expiration=Duration.days(90),
                    abort_incomplete_multipart_upload_after=Duration.days(7),
                )
            ],
            removal_policy=RemovalPolicy.RETAIN,
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
