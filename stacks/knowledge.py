"""What must survive: the documents, their vectors, and the knowledge bases over them."""

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from components.documents_bucket import DocumentsBucket
from components.inference import deny_other_endpoints
from components.knowledge_base import KnowledgeBase
from components.vector_store import VectorBucket, VectorIndex
from config import schema
from stacks.foundation import Foundation
from stacks.names import bucket_name, store_name


class Knowledge(Stack):
    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: schema.Environment,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id, description="Strata: documents and knowledge bases")
        self._environment = environment

        self.documents = DocumentsBucket(
            self,
            "Documents",
            name=bucket_name(environment, "documents"),
            key=foundation.key,
            access_logs=foundation.access_logs,
        )
        self._vectors = VectorBucket(self, "Vectors", key=foundation.key)
        self.bases = {
            name: self._base(name, declared)
            for name, declared in environment.knowledge_bases.items()
        }
        CfnOutput(self, "DocumentsBucket", value=self.documents.bucket_name)

    def _base(self, name: str, declared: schema.KnowledgeBase) -> KnowledgeBase:
        scope = Construct(self, name)
        base = KnowledgeBase(
            scope,
            "KnowledgeBase",
            name=store_name(self._environment, name),
            declared=declared,
            documents=self.documents,
            index=VectorIndex(scope, "Index", bucket=self._vectors, dimensions=declared.dimensions),
        )
        if self._environment.bedrock_mantle == "deny":
            deny_other_endpoints(base.role)
        return base
