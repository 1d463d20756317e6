"""A Bedrock knowledge base over documents in S3, with its own role."""

from collections.abc import Sequence
from hashlib import sha256

from aws_cdk import Stack
from aws_cdk import aws_bedrock as bedrock
from aws_cdk import aws_iam as iam
from constructs import Construct

from components.arns import foundation_model_arn
from components.bedrock_principal import bedrock_for
from components.data_source import managed_source, s3_source
from components.documents import Documents
from components.vector_store import VectorIndex
from config import knowledge

Base = bedrock.CfnKnowledgeBase


class KnowledgeBase(Construct):
    """The knowledge base, its data sources, and a role that reads their prefixes and no more.

    Its id must change with what cannot be changed in place (`declared.content`): another one is
    then made beside it, and CloudFormation takes the old one away when nothing uses it any more.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        declared: knowledge.KnowledgeBase,
        documents: Documents,
        index: VectorIndex | None,
    ) -> None:
        super().__init__(scope, id)
        self.role = self._role(declared, documents, index)
        self.base = Base(
            self,
            "Base",
            name=f"{name}-{declared.content}",
            description=declared.description,
            role_arn=self.role.role_arn,
            knowledge_base_configuration=_configuration(self, declared),
            storage_configuration=_storage(index) if index else None,
        )
        # The service checks the role's permissions while it creates the knowledge base.
        self.base.node.add_dependency(self.role.node.find_child("DefaultPolicy"))
        self.sources = self._sources(name, declared, documents)

    @property
    def id(self) -> str:
        return self.base.attr_knowledge_base_id

    def _role(
        self,
        declared: knowledge.KnowledgeBase,
        documents: Documents,
        index: VectorIndex | None,
    ) -> iam.Role:
        stack = Stack.of(self)
        role = iam.Role(self, "Role", assumed_by=bedrock_for(stack, "knowledge-base/*"))
        for prefix in declared.prefixes or ("",):
            documents.grant_ingest(role, prefix)
        if index:
            index.grant_read_write(role)
        called = [declared.embedding_model, declared.rerank_model]
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["bedrock:InvokeModel"],
                resources=[foundation_model_arn(stack, each.model.id) for each in called if each],
            )
        )
        if declared.rerank_model:
            # Bedrock reranks as this role, whoever searches; the action itself names no resource:
            # https://docs.aws.amazon.com/bedrock/latest/userguide/rerank-prereq.html
            role.add_to_policy(iam.PolicyStatement(actions=["bedrock:Rerank"], resources=["*"]))
        if declared.parsing == "data-automation":
            _grant_data_automation(stack, role)
        return role

    def _sources(
        self, name: str, declared: knowledge.KnowledgeBase, documents: Documents
    ) -> list[bedrock.CfnDataSource]:
        named = f"{name}-{declared.content}"
        if declared.managed:
            bucket = documents.bucket.bucket_name
            return [managed_source(self, "Source", base_id=self.id, name=named, bucket=bucket)]
        return [
            s3_source(
                self,
                f"Source-{prefix.replace('/', '-')}",
                base_id=self.id,
                name=f"{named}-{prefix.strip('/').replace('/', '-')}",
                documents=documents,
                prefix=prefix,
                declared=declared,
            )
            for prefix in declared.prefixes
        ]


def _grant_data_automation(stack: Stack, role: iam.Role) -> None:
    # https://docs.aws.amazon.com/bedrock/latest/userguide/kb-permissions.html
    arn = f"arn:{stack.partition}:bedrock"
    project = f"{arn}:{stack.region}:aws:data-automation-project/public-rag-default"
    profiles = f"{arn}:*:{stack.account}:data-automation-profile/*"
    runs = f"{arn}:{stack.region}:{stack.account}:data-automation-invocation/*"
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["bedrock:InvokeDataAutomationAsync"], resources=[project, profiles]
        )
    )
    role.add_to_policy(
        iam.PolicyStatement(actions=["bedrock:GetDataAutomationStatus"], resources=[runs])
    )


def _storage(index: VectorIndex) -> Base.StorageConfigurationProperty:
    return Base.StorageConfigurationProperty(
        type="S3_VECTORS",
        s3_vectors_configuration=Base.S3VectorsConfigurationProperty(
            index_arn=index.attr_index_arn
        ),
    )


def _configuration(
    scope: Construct, declared: knowledge.KnowledgeBase
) -> Base.KnowledgeBaseConfigurationProperty:
    model = foundation_model_arn(scope, declared.embedding_model.model.id)
    if declared.managed:
        return Base.KnowledgeBaseConfigurationProperty(
            type="MANAGED",
            managed_knowledge_base_configuration=Base.ManagedKnowledgeBaseConfigurationProperty(
                embedding_model_type="CUSTOM", embedding_model_arn=model
            ),
        )
    embedding = Base.BedrockEmbeddingModelConfigurationProperty(
        dimensions=declared.dimensions, embedding_data_type="FLOAT32"
    )
    return Base.KnowledgeBaseConfigurationProperty(
        type="VECTOR",
        vector_knowledge_base_configuration=Base.VectorKnowledgeBaseConfigurationProperty(
            embedding_model_arn=model,
            embedding_model_configuration=Base.EmbeddingModelConfigurationProperty(
                bedrock_embedding_model_configuration=embedding
            ),
        ),
    )


class Retrieval(iam.ManagedPolicy):
    """The right of some roles to search these knowledge bases and no others.

    Named after what they hold: with a changed one, another policy stands beside the old one, so
    that neither the functions of yesterday nor those of today are refused.
    """

    def __init__(
        self, scope: Construct, *, bases: Sequence[KnowledgeBase], roles: Sequence[iam.IRole]
    ) -> None:
        names = "".join(base.node.id for base in bases)
        super().__init__(
            scope,
            f"Retrieval{sha256(names.encode()).hexdigest()[:8]}",
            statements=[
                iam.PolicyStatement(
                    actions=["bedrock:Retrieve"],
                    resources=[base.base.attr_knowledge_base_arn for base in bases],
                )
            ],
            roles=list(roles),
        )
