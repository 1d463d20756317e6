"""Where vectors are kept: one S3 Vectors bucket, one index for each knowledge base."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3vectors as s3vectors
from constructs import Construct

from components.encryption_key import grant_use

# Filterable metadata is limited to 2 kB a vector, and a chunk's text is longer than that.
NOT_FILTERABLE = ["AMAZON_BEDROCK_TEXT", "AMAZON_BEDROCK_METADATA"]


class VectorBucket(s3vectors.CfnVectorBucket):
    """An encrypted vector bucket, unnamed: it cannot be imported by its name."""

    def __init__(self, scope: Construct, id: str, *, key: kms.IKey, keep: bool) -> None:
        super().__init__(
            scope,
            id,
            encryption_configuration=self.EncryptionConfigurationProperty(
                sse_type="aws:kms", kms_key_arn=key.key_arn
            ),
        )
        self.key = key
        self.apply_removal_policy(RemovalPolicy.RETAIN if keep else RemovalPolicy.DESTROY)


class VectorIndex(s3vectors.CfnIndex):
    """A cosine index, unnamed: nearly all of it is create-only, and a name would collide."""

    def __init__(
        self, scope: Construct, id: str, *, bucket: VectorBucket, dimensions: int, keep: bool
    ) -> None:
        super().__init__(
            scope,
            id,
            vector_bucket_arn=bucket.attr_vector_bucket_arn,
            data_type="float32",
            dimension=dimensions,
            distance_metric="cosine",
            metadata_configuration=self.MetadataConfigurationProperty(
                non_filterable_metadata_keys=NOT_FILTERABLE
            ),
        )
        self.apply_removal_policy(RemovalPolicy.RETAIN if keep else RemovalPolicy.DESTROY)
        self._key = bucket.key

    def grant_read_write(self, grantee: iam.IGrantable) -> iam.Grant:
        """What a knowledge base's role needs: bedrock-2026 §5.5, and the key to write with."""
        grant_use(self._key, grantee)
        verbs = ("GetIndex", "QueryVectors", "PutVectors", "GetVectors", "DeleteVectors")
        return iam.Grant.add_to_principal(
            grantee=grantee,
            actions=[f"s3vectors:{verb}" for verb in verbs],
            resource_arns=[self.attr_index_arn],
        )
