"""A knowledge base's data source: one prefix of a bucket, and how its documents are cut."""

from aws_cdk import Stack
from aws_cdk import aws_bedrock as bedrock
from constructs import Construct

from components.documents import Documents
from config import knowledge

Source = bedrock.CfnDataSource
Chunks = Source.ChunkingConfigurationProperty


def s3_source(
    scope: Construct,
    id: str,
    *,
    base_id: str,
    name: str,
    documents: Documents,
    prefix: str,
    declared: knowledge.KnowledgeBase,
) -> Source:
    """A data source of one prefix: S3 sources take one inclusion prefix each."""
    return Source(
        scope,
        id,
        knowledge_base_id=base_id,
        name=name,
        # DELETE drains every vector first and fails when the role or the index went before.
        data_deletion_policy="RETAIN",
        data_source_configuration=Source.DataSourceConfigurationProperty(
            type="S3",
            s3_configuration=Source.S3DataSourceConfigurationProperty(
                bucket_arn=documents.bucket.bucket_arn, inclusion_prefixes=[prefix]
            ),
        ),
        vector_ingestion_configuration=Source.VectorIngestionConfigurationProperty(
            chunking_configuration=_chunking(declared.chunking),
            parsing_configuration=_parsing(declared.parsing),
        ),
    )


def managed_source(scope: Construct, id: str, *, base_id: str, name: str, bucket: str) -> Source:
    """A connector of a managed knowledge base: one whole bucket of this account."""
    connector = Source.ManagedKnowledgeBaseConnectorConfigurationProperty(
        connector_parameters={
            "type": "S3",
            "version": "1",
            "connectionConfiguration": {
                "bucketName": bucket,
                "bucketOwnerAccountId": Stack.of(scope).account,
            },
        }
    )
    return Source(
        scope,
        id,
        knowledge_base_id=base_id,
        name=name,
        data_source_configuration=Source.DataSourceConfigurationProperty(
            type="MANAGED_KNOWLEDGE_BASE_CONNECTOR",
            managed_knowledge_base_connector_configuration=connector,
        ),
    )


def _chunking(chunking: knowledge.Chunking | None) -> Chunks:
    match chunking:
        case knowledge.Fixed():
            fixed = Source.FixedSizeChunkingConfigurationProperty(
                max_tokens=chunking.max_tokens, overlap_percentage=chunking.overlap_percent
            )
            return Chunks(chunking_strategy="FIXED_SIZE", fixed_size_chunking_configuration=fixed)
        case knowledge.Hierarchical():
            level = Source.HierarchicalChunkingLevelConfigurationProperty
            levels = Source.HierarchicalChunkingConfigurationProperty(
                level_configurations=[
                    level(max_tokens=chunking.parent_tokens),
                    level(max_tokens=chunking.child_tokens),
                ],
                overlap_tokens=chunking.overlap_tokens,
            )
            return Chunks(
                chunking_strategy="HIERARCHICAL", hierarchical_chunking_configuration=levels
            )
        case knowledge.Semantic():
            semantic = Source.SemanticChunkingConfigurationProperty(
                max_tokens=chunking.max_tokens,
                buffer_size=chunking.buffer,
                breakpoint_percentile_threshold=chunking.breakpoint_percentile,
            )
            return Chunks(chunking_strategy="SEMANTIC", semantic_chunking_configuration=semantic)
    return Chunks(chunking_strategy="NONE")


def _parsing(parsing: str) -> Source.ParsingConfigurationProperty | None:
    """Plain text needs none; Data Automation reads tables and pictures, and is paid by the page."""
    if parsing == "text":
        return None
    return Source.ParsingConfigurationProperty(
        parsing_strategy="BEDROCK_DATA_AUTOMATION",
        bedrock_data_automation_configuration=Source.BedrockDataAutomationConfigurationProperty(
            parsing_modality="MULTIMODAL"
        ),
    )
