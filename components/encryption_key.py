"""One customer-managed key for everything that an environment keeps."""

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
LOG_VERBS = ("Encrypt", "Decrypt", "ReEncrypt*", "GenerateDataKey*", "Describe*")


class EncryptionKey(kms.Key):
    """A rotated, retained key that CloudWatch Logs and the S3 Vectors indexer may use as well."""

    def __init__(self, scope: Construct, id: str, *, alias: str) -> None:
        super().__init__(
            scope,
            id,
            alias=alias,
            enable_key_rotation=True,
            pending_window=Duration.days(30),
            removal_policy=RemovalPolicy.RETAIN,
        )
        stack = Stack.of(self)
        logs = f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:*"
        self._allow_service(
            f"logs.{stack.region}.amazonaws.com",
            [f"kms:{verb}" for verb in LOG_VERBS],
            {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": logs}},
        )
        self._allow_service(
            "indexing.s3vectors.amazonaws.com",
            ["kms:Decrypt"],
            {"StringEquals": {"aws:SourceAccount": stack.account}},
        )

    def _allow_service(
        self, service: str, actions: list[str], conditions: dict[str, dict[str, str]]
    ) -> None:
        self.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(service)],
                actions=actions,
                resources=["*"],  # in a key policy: this key
                conditions=conditions,
            )
        )
