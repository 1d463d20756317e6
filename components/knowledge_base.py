"""A Bedrock knowledge base over one prefix of the documents bucket, with its own role."""

from aws_cdk import Stack
from aws_cdk import aws_bedrock as bedrock
from aws_cdk import aws_iam as iam
from constructs import Construct

from components.arns import foundation_model_arn
from components.bedrock_principal import bedrock_for
from components.documents_bucket import DocumentsBucket
from components.vector_store import VectorIndex
from config import schema

Base = bedrock.CfnKnowledgeBase
Source = bedrock.CfnDataSource


class KnowledgeBase(Construct):
    """The knowledge base, its S3 data source, and a role that can read one prefix and no more."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        declared: schema.KnowledgeBase,
        documents: DocumentsBucket,
        index: VectorIndex,
    ) -> None:
        super().__init__(scope, id)
        self.role = self._role(declared, documents, index)
        self.base = Base(
            self,
            "Base",
            name=name,
            description=declared.description,
            role_arn=self.role.role_arn,
            knowledge_base_configuration=_embedding(self, declared),
            storage_configuration=Base.StorageConfigurationProperty(
                type="S3_VECTORS",
                s3_vectors_configuration=Base.S3VectorsConfigurationProperty(
                    index_arn=index.attr_index_arn
                ),
            ),
        )
        # The service checks the role's permissions while it creates the knowledge base.
        self.base.node.add_dependency(self.role.node.find_child("DefaultPolicy"))
        self.source = self._source(name, declared, documents)

    @property
    def id(self) -> str:
        return self.base.attr_knowledge_base_id

    def grant_retrieve(self, grantee: iam.IGrantable) -> iam.Grant:
        return iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["bedrock:Retrieve"],
            resource_arns=[self.base.attr_knowledge_base_arn],
        )

    def _role(
        self, declared: schema.KnowledgeBase, documents: DocumentsBucket, index: VectorIndex
    ) -> iam.Role:
        stack = Stack.of(self)
        role = iam.Role(self, "Role", assumed_by=bedrock_for(stack, "knowledge-base/*"))
        documents.grant_ingest(role, declared.prefix)
        index.grant_read_write(role)
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["bedrock:InvokeModel"],
                resources=[foundation_model_arn(stack, declared.embedding_model.model.id)],
            )
        )
        return role

    def _source(
        self, name: str, declared: schema.KnowledgeBase, documents: DocumentsBucket
    ) -> bedrock.CfnDataSource:
        return Source(
            self,
            "Source",
            knowledge_base_id=self.id,
            name=name,
            # DELETE drains every vector first and fails when the role or the index went before.
            data_deletion_policy="RETAIN",
            data_source_configuration=Source.DataSourceConfigurationProperty(
                type="S3",
                s3_configuration=Source.S3DataSourceConfigurationProperty(
                    bucket_arn=documents.bucket_arn, inclusion_prefixes=[declared.prefix]
                ),
            ),
            vector_ingestion_configuration=_chunking(declared.chunking),
        )


def _embedding(
    scope: Construct, declared: schema.KnowledgeBase
) -> Base.KnowledgeBaseConfigurationProperty:
    return Base.KnowledgeBaseConfigurationProperty(
        type="VECTOR",
        vector_knowledge_base_configuration=Base.VectorKnowledgeBaseConfigurationProperty(
            embedding_model_arn=foundation_model_arn(scope, declared.embedding_model.model.id),
            embedding_model_configuration=Base.EmbeddingModelConfigurationProperty(
                bedrock_embedding_model_configuration=Base.BedrockEmbeddingModelConfigurationProperty(
                    dimensions=declared.dimensions, embedding_data_type="FLOAT32"
                )
            ),
        ),
    )


def _chunking(chunking: schema.Chunking) -> Source.VectorIngestionConfigurationProperty:
    return Source.VectorIngestionConfigurationProperty(
        chunking_configuration=Source.ChunkingConfigurationProperty(
            chunking_strategy="FIXED_SIZE",
            fixed_size_chunking_configuration=Source.FixedSizeChunkingConfigurationProperty(
                max_tokens=chunking.max_tokens, overlap_percentage=chunking.overlap_percent
            ),
        )
    )
