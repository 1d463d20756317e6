"""The bucket of the knowledge bases' documents, and what one of them may read."""

from aws_cdk import Duration
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from components.access_log_bucket import AccessLogBucket
from components.bucket import Bucket
from components.documents import Documents

# How long an overwritten or deleted document can be brought back.
OLD_VERSION_DAYS = 90


class DocumentsBucket(Bucket):
    """Tells EventBridge of every change; old versions go after 90 days."""

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
        resource = self.node.default_child
        assert isinstance(resource, s3.CfnBucket)
        # CDK's own way to it is a function with rights of its own.
        resource.add_property_override(
            "NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled", True
        )
        self.documents = Documents(self, key)
