"""One customer-managed key for everything that an environment keeps."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

USE_VERBS = (
    "Decrypt",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
)
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
LOG_VERBS = ("Encrypt", "Decrypt", "ReEncrypt*", "GenerateDataKey*", "Describe*")
# Who publishes to the encrypted topic of `components/notices.py`.
# https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
PUBLISHERS = ("cloudwatch.amazonaws.com", "budgets.amazonaws.com", "costalerts.amazonaws.com")


def grant_use(key: kms.IKey, grantee: iam.IGrantable) -> None:
    """Encrypt and decrypt; CDK's own grant says it with wildcards, which also make key pairs."""
    key.grant(grantee, *(f"kms:{verb}" for verb in USE_VERBS))


class Use(NamedTuple):
    """What one AWS service does with the key in its own name, and on whose behalf."""

    service: str
    verbs: tuple[str, ...]
    conditions: dict[str, dict[str, Any]]


class EncryptionKey(kms.Key):
    """A rotated, retained key that the services which write for us may use as well."""

    def __init__(self, scope: Construct, id: str, *, alias: str) -> None:
        super().__init__(
            scope,
            id,
            alias=alias,
            enable_key_rotation=True,
            pending_window=Duration.days(30),
            removal_policy=RemovalPolicy.RETAIN,
        )
        for use in _uses(Stack.of(self)):
            self.add_to_resource_policy(
                iam.PolicyStatement(
                    principals=[iam.ServicePrincipal(use.service)],
                    actions=[f"kms:{verb}" for verb in use.verbs],
                    resources=["*"],  # in a key policy: this key
                    conditions=use.conditions,
                )
            )


def _uses(stack: Stack) -> Iterator[Use]:
    """Who may use the key beside the roles that are granted it; each for this account alone."""
    owner = {"StringEquals": {"aws:SourceAccount": stack.account}}
    arn, here = f"arn:{stack.partition}", f"{stack.region}:{stack.account}"
    log_groups = {"kms:EncryptionContext:aws:logs:arn": f"{arn}:logs:{here}:*"}
    bedrock = {"ArnLike": {"aws:SourceArn": f"{arn}:bedrock:{here}:*"}}
    trails = {"ArnLike": {"aws:SourceArn": f"{arn}:cloudtrail:{here}:trail/strata-*"}}

    yield Use(f"logs.{stack.region}.amazonaws.com", LOG_VERBS, {"ArnLike": log_groups})
    yield Use("indexing.s3vectors.amazonaws.com", ("Decrypt",), owner)
    # Notices, into the topic.
    for publisher in PUBLISHERS:
        yield Use(publisher, ("Decrypt", "GenerateDataKey*"), owner)
    # Invocation logs, into a bucket that encrypts with this key.
    yield Use("bedrock.amazonaws.com", ("GenerateDataKey",), {**owner, **bedrock})
    # Decrypt, for the bucket of the trail has a bucket key.
    trail_verbs = ("DescribeKey", "GenerateDataKey*", "Decrypt")
    yield Use("cloudtrail.amazonaws.com", trail_verbs, trails)
    # Changes of documents, into a queue that is encrypted with this key.
    yield Use("events.amazonaws.com", ("GenerateDataKey", "Decrypt"), owner)
