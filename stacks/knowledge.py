"""What must survive of knowledge: the documents, and the bucket of their vectors."""

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from components.documents_bucket import DocumentsBucket
from components.vector_store import VectorBucket
from config.schema import Environment
from stacks.foundation import Foundation
from stacks.names import bucket_name


class Knowledge(Stack):
    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id, description="Strata: documents and their vectors")

        self.documents = DocumentsBucket(
            self,
            "Documents",
            name=bucket_name(environment, "documents"),
            key=foundation.key,
            access_logs=foundation.access_logs,
        ).documents
        self.vectors = VectorBucket(
            self,
            "Vectors",
            key=foundation.key,
            keep=any(base.keep_vectors for base in environment.knowledge_bases.values()),
        )
        CfnOutput(self, "DocumentsBucket", value=self.documents.bucket.bucket_name)
