"""Where S3 writes who reached into our buckets: one bucket for all of an environment's."""

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct


class AccessLogBucket(s3.Bucket):
    """Takes the logs of this account's buckets whose names start with `sources`.

    S3 delivers to no bucket with a default KMS key or an object lock, and its own log would feed
    itself: https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, sources: str, retention_days: int
    ) -> None:
        super().__init__(
            scope,
            id,
            bucket_name=name,
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            versioned=True,
            lifecycle_rules=[
                s3.LifecycleRule(
                    expiration=Duration.days(retention_days),
                    noncurrent_version_expiration=Duration.days(30),
                    abort_incomplete_multipart_upload_after=Duration.days(7),
                )
            ],
            removal_policy=RemovalPolicy.RETAIN,
        )
        self._name = name
        stack = Stack.of(self)
        self.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("logging.s3.amazonaws.com")],
                actions=["s3:PutObject"],
                resources=[self.arn_for_objects("*")],
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account},
                    "ArnLike": {"aws:SourceArn": f"arn:{stack.partition}:s3:::{sources}*"},
                },
            )
        )

    def configuration(self, source: str) -> s3.CfnBucket.LoggingConfigurationProperty:
        """What makes the bucket `source` log into this one, in a folder of its own."""
        return s3.CfnBucket.LoggingConfigurationProperty(
            destination_bucket_name=self._name, log_file_prefix=f"{source}/"
        )
