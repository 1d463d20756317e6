"""The knowledge bases: beside those who ask them, so that a changed one is full before it is asked.

They can be made again of the documents. Beside the functions, CloudFormation makes the new one,
fills it, moves the functions to it and takes the old one away, in this order
(docs/decisions/0020-knowledge-bases-beside-functions.md).
"""

from collections.abc import Iterator, Mapping

from aws_cdk import Stack
from aws_cdk import aws_kms as kms
from constructs import Construct

from components.documents import existing
from components.handler_code import HandlerCode
from components.inference import deny_other_endpoints
from components.knowledge_base import KnowledgeBase
from components.knowledge_sync import KnowledgeSync, Synced
from components.vector_store import VectorIndex
from config import knowledge
from config.alarms import DEAD_LETTERS
from config.schema import Environment
from stacks.knowledge import Knowledge
from stacks.names import store_name


def knowledge_bases(
    stack: Stack, environment: Environment, stores: Knowledge
) -> dict[str, KnowledgeBase]:
    """Every declared knowledge base, by its name."""
    scope = Construct(stack, "KnowledgeBases")
    bases = {
        name: _base(Construct(scope, name), store_name(environment, name), declared, stores)
        for name, declared in environment.knowledge_bases.items()
    }
    if environment.bedrock_mantle == "deny":
        for base in bases.values():
            deny_other_endpoints(base.role)
    return bases


def keep_in_sync(
    stack: Stack,
    environment: Environment,
    bases: Mapping[str, KnowledgeBase],
    *,
    stores: Knowledge,
    key: kms.IKey,
) -> KnowledgeSync:
    """What makes every index equal to its documents, from the first deployment on."""
    return KnowledgeSync(
        stack,
        "KnowledgeSync",
        environment=environment.name,
        dead_letters=store_name(environment, DEAD_LETTERS),
        synced=dict(_synced(environment, bases, stores)),
        # Tasks read no settings, so that they change with the code alone.
        code=HandlerCode(stack, "TaskCode", settings={}),
        key=key,
        log_retention_days=environment.api.log_retention_days,
    )


def _synced(
    environment: Environment, bases: Mapping[str, KnowledgeBase], stores: Knowledge
) -> Iterator[tuple[str, Synced]]:
    for name, base in bases.items():
        declared = environment.knowledge_bases[name]
        bucket = declared.bucket or stores.documents.bucket.bucket_name
        for prefix, source in zip(declared.prefixes or ("",), base.sources, strict=True):
            yield f"{name}/{prefix}", Synced(name, base, source.attr_data_source_id, bucket, prefix)


def _base(
    scope: Construct, name: str, declared: knowledge.KnowledgeBase, stores: Knowledge
) -> KnowledgeBase:
    return KnowledgeBase(
        scope,
        declared.content,
        name=name,
        declared=declared,
        documents=existing(scope, declared) if declared.bucket else stores.documents,
        index=_index(scope, declared, stores),
    )


def _index(
    scope: Construct, declared: knowledge.KnowledgeBase, stores: Knowledge
) -> VectorIndex | None:
    if declared.managed:
        return None
    assert declared.dimensions is not None  # config.references
    return VectorIndex(
        scope,
        f"Index{declared.content}",
        bucket=stores.vectors,
        dimensions=declared.dimensions,
        keep=declared.keep_vectors,
    )
