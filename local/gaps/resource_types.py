"""The CloudFormation types that MiniStack lacks, as data: what calls make, read and end each.

Ref, GetAtt and what forces a replacement follow the registry's schemas (primaryIdentifier,
readOnlyProperties, createOnlyProperties), read from cfn-lint 1.58.0.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ResourceType:
    """One type. `identifiers`: member of the get, update and delete calls -> the attribute in it.

    `reference` names the attributes that Ref joins with "|". `result` is the member that wraps
    the resource in a reply. `renamed`: property -> member, where camel case is not enough.
    """

    service: str
    create: str
    read: str
    delete: str
    identifiers: Mapping[str, str]
    reference: tuple[str, ...]
    attributes: tuple[str, ...]
    create_only: tuple[str, ...] = ()
    update: str | None = None
    result: str | None = None
    renamed: Mapping[str, str] = field(default_factory=dict)
    generated_name: str | None = None
    tags_as_map: bool = False


TYPES: Mapping[str, ResourceType] = {
    "AWS::Bedrock::Guardrail": ResourceType(
        service="bedrock",
        create="CreateGuardrail",
        read="GetGuardrail",
        update="UpdateGuardrail",
        delete="DeleteGuardrail",
        identifiers={"guardrailIdentifier": "GuardrailArn"},
        reference=("GuardrailArn",),
        attributes=("GuardrailArn", "GuardrailId", "Version", "Status", "CreatedAt", "UpdatedAt"),
        renamed={
            "KmsKeyArn": "kmsKeyId",
            "GuardrailProfileArn": "guardrailProfileIdentifier",
            "ContentFiltersTierConfig": "tierConfig",
            "TopicsTierConfig": "tierConfig",
        },
    ),
    "AWS::Bedrock::GuardrailVersion": ResourceType(
        service="bedrock",
        create="CreateGuardrailVersion",
        read="GetGuardrail",
        delete="DeleteGuardrail",
        identifiers={"guardrailIdentifier": "GuardrailId", "guardrailVersion": "Version"},
        reference=("GuardrailId", "Version"),
        attributes=("GuardrailArn", "GuardrailId", "Version"),
        create_only=("Description", "GuardrailIdentifier"),
    ),
    "AWS::Bedrock::ApplicationInferenceProfile": ResourceType(
        service="bedrock",
        create="CreateInferenceProfile",
        read="GetInferenceProfile",
        delete="DeleteInferenceProfile",
        identifiers={"inferenceProfileIdentifier": "InferenceProfileArn"},
        reference=("InferenceProfileArn",),
        attributes=(
            "InferenceProfileArn",
            "InferenceProfileId",
            "InferenceProfileIdentifier",
            "Status",
            "Type",
            "CreatedAt",
            "UpdatedAt",
        ),
        create_only=("Description", "InferenceProfileName", "ModelSource"),
    ),
    "AWS::Bedrock::KnowledgeBase": ResourceType(
        service="bedrock-agent",
        create="CreateKnowledgeBase",
        read="GetKnowledgeBase",
        update="UpdateKnowledgeBase",
        delete="DeleteKnowledgeBase",
        identifiers={"knowledgeBaseId": "KnowledgeBaseId"},
        reference=("KnowledgeBaseId",),
        attributes=("KnowledgeBaseId", "KnowledgeBaseArn", "Status", "CreatedAt", "UpdatedAt"),
        create_only=("KnowledgeBaseConfiguration", "StorageConfiguration"),
        result="knowledgeBase",
        tags_as_map=True,
    ),
    "AWS::Bedrock::DataSource": ResourceType(
        service="bedrock-agent",
        create="CreateDataSource",
        read="GetDataSource",
        update="UpdateDataSource",
        delete="DeleteDataSource",
        identifiers={"knowledgeBaseId": "KnowledgeBaseId", "dataSourceId": "DataSourceId"},
        reference=("KnowledgeBaseId", "DataSourceId"),
        attributes=("DataSourceId", "DataSourceStatus", "CreatedAt", "UpdatedAt"),
        create_only=("KnowledgeBaseId", "VectorIngestionConfiguration"),
        result="dataSource",
    ),
    "AWS::S3Vectors::VectorBucket": ResourceType(
        service="s3vectors",
        create="CreateVectorBucket",
        read="GetVectorBucket",
        delete="DeleteVectorBucket",
        identifiers={"vectorBucketArn": "VectorBucketArn"},
        reference=("VectorBucketArn",),
        attributes=("VectorBucketArn", "CreationTime"),
        create_only=("VectorBucketName", "EncryptionConfiguration"),
        result="vectorBucket",
        generated_name="VectorBucketName",
        tags_as_map=True,
    ),
    "AWS::S3Vectors::Index": ResourceType(
        service="s3vectors",
        create="CreateIndex",
        read="GetIndex",
        delete="DeleteIndex",
        identifiers={"indexArn": "IndexArn"},
        reference=("IndexArn",),
        attributes=("IndexArn", "CreationTime"),
        create_only=(
            "DataType",
            "Dimension",
            "DistanceMetric",
            "EncryptionConfiguration",
            "IndexName",
            "MetadataConfiguration",
            "VectorBucketArn",
            "VectorBucketName",
        ),
        result="index",
        generated_name="IndexName",
        tags_as_map=True,
    ),
    "AWS::S3Vectors::VectorBucketPolicy": ResourceType(
        service="s3vectors",
        create="PutVectorBucketPolicy",
        read="GetVectorBucketPolicy",
        update="PutVectorBucketPolicy",
        delete="DeleteVectorBucketPolicy",
        identifiers={"vectorBucketArn": "VectorBucketArn"},
        reference=("VectorBucketArn",),
        attributes=(),
        create_only=("VectorBucketArn", "VectorBucketName"),
    ),
}
