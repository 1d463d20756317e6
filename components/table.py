"""A DynamoDB table that survives: retained, protected, recoverable, encrypted with our key."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from components.encryption_key import grant_use


class Table(dynamodb.Table):
    """An on-demand table with a derived name, so that a new deployment finds the old rows.

    `time_to_live` names the attribute, in seconds since 1970, after which DynamoDB deletes a row.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        key: kms.IKey,
        hash: str,
        range: str = "",
        time_to_live: str | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            table_name=name,
            partition_key=_text(hash),
            sort_key=_text(range) if range else None,
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute=time_to_live,
            deletion_protection=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        self._key = key

    def grant_get(self, grantee: iam.IGrantable) -> None:
        """Read one row by its key."""
        self.grant(grantee, "dynamodb:GetItem")
        self._key.grant_decrypt(grantee)

    def grant_update(self, grantee: iam.IGrantable) -> None:
        """Read and change one row by its key."""
        self.grant(grantee, "dynamodb:GetItem", "dynamodb:UpdateItem")
        grant_use(self._key, grantee)

    def grant_issue(self, grantee: iam.IGrantable) -> None:
        """Add rows, change them, and find them: what `python -m operate keys` does."""
        verbs = ("PutItem", "UpdateItem", "Scan")
        self.grant(grantee, *(f"dynamodb:{verb}" for verb in verbs))
        self._key.grant_encrypt_decrypt(grantee)

    def grant_read_write(self, grantee: iam.IGrantable) -> None:
        """Read, write whole and delete one row by its key."""
        verbs = ("GetItem", "PutItem", "DeleteItem")
        self.grant(grantee, *(f"dynamodb:{verb}" for verb in verbs))
        grant_use(self._key, grantee)


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
