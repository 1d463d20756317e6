"""The KMS key that turns API keys into what the keys table holds: its material never leaves KMS."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct


class MacKey(kms.Key):
    """A retained HMAC key. KMS rotates none of these: new material would orphan every API key.

    https://docs.aws.amazon.com/kms/latest/developerguide/hmac.html
    """

    def __init__(self, scope: Construct, id: str, *, alias: str) -> None:
        super().__init__(
            scope,
            id,
            alias=alias,
            key_spec=kms.KeySpec.HMAC_256,
            key_usage=kms.KeyUsage.GENERATE_VERIFY_MAC,
            pending_window=Duration.days(30),
            removal_policy=RemovalPolicy.RETAIN,
        )

    def grant_generate(self, grantee: iam.IGrantable) -> None:
        """Compute a MAC, by the alias too: IAM asks about the key behind it."""
        self.grant_generate_mac(grantee)
