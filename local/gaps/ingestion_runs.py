"""One run of an ingestion job: what is new or changed is embedded, what is gone is removed."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ministack.core.responses import AccountRegionScopedDict
from ministack.services import bedrock_agent

from local.gaps.chunks import split
from local.gaps.documents import METADATA, Document, Source
from local.gaps.embeddings import embed
from local.gaps.faults import Faults
from local.gaps.knowledge_settings import (
    IngestionFailed,
    chunking,
    embedding_model,
    index_arn,
)
from local.gaps.parsing import Unreadable
from local.gaps.permissions import Permission
from local.gaps.role_permissions import may_be_assumed, missing
from local.gaps.s3vectors_data import delete_vectors, put_vectors
from local.gaps.s3vectors_resources import find_index
from local.gaps.service_errors import ServiceError

# "<knowledge base>/<data source>" -> document URI -> what was indexed of it
_indexed = AccountRegionScopedDict()


@dataclass(frozen=True)
class Indexed:
    """What an earlier run indexed of a document."""

    digest: str
    vector_keys: tuple[str, ...]


class Run:
    """The work of one job; `counts` is true at every moment."""

    def __init__(
        self,
        base: Mapping[str, Any],
        source_record: Mapping[str, Any],
        vectors: Path,
        faults: Faults,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.failures: list[str] = []
        self._base, self._record, self._vectors = base, source_record, vectors
        self._faults = faults
        self._place = f"{base['KnowledgeBaseId']}/{source_record['DataSourceId']}"

    def __iter__(self) -> Iterator[None]:
        """Work, pausing after each document; raises IngestionFailed."""
        self._source = self._readable_source()
        known: dict[str, Indexed] = _indexed.setdefault(self._place, {})
        keys = [key for key in self._source.object_keys() if not key.endswith(METADATA)]
        metadata_files = len(self._source.object_keys()) - len(keys)
        self.counts.update(numberOfMetadataDocumentsScanned=metadata_files)
        for uri in set(known) - {self._source.uri(key) for key in keys}:
            self._remove(known.pop(uri), uri)
        for key in keys:
            self._scan(key, known)
            yield

    def _readable_source(self) -> Source:
        if self._record["DataSourceConfiguration"].get("type") != "S3":
            raise IngestionFailed("Only S3 data sources are emulated by the embedded AWS.")
        source = Source.of(self._record)
        role, arn = self._base["RoleArn"], self._base["KnowledgeBaseArn"]
        if not may_be_assumed(role, "bedrock.amazonaws.com", arn):
            raise IngestionFailed(f"Bedrock is not authorized to assume the role {role}")
        try:
            needed = [*source.permissions(), *self._index_permissions()]
        except KeyError:
            raise IngestionFailed(f"The S3 bucket {source.bucket} does not exist.") from None
        reasons = (missing(role, permission) for permission in needed)
        for reason in reasons:
            if reason:
                raise IngestionFailed(reason)
        return source

    def _index_permissions(self) -> Iterator[Permission]:
        yield Permission("bedrock:InvokeModel", embedding_model(self._base))
        for action in ("PutVectors", "DeleteVectors"):
            yield Permission(f"s3vectors:{action}", index_arn(self._base))

    def _scan(self, key: str, known: dict[str, Indexed]) -> None:
        self.counts.update(numberOfDocumentsScanned=1)
        try:
            document = self._source.read(key)
            before = known.get(document.uri)
            if before is None or before.digest != document.digest:
                self._faults.strike(f"{document.uri}@{document.digest}")
                known[document.uri] = self._index(document, before)
        except (Unreadable, ServiceError) as problem:
            self.counts.update(numberOfDocumentsFailed=1)
            self.failures.append(f"{self._source.uri(key)}: {problem}")
            self._list(self._source.uri(key), "FAILED")

    def _index(self, document: Document, before: Indexed | None) -> Indexed:
        vectors = list(self._chunks(document))
        if vectors:
            put_vectors({"indexArn": index_arn(self._base), "vectors": vectors})
        fresh = Indexed(document.digest, tuple(vector["key"] for vector in vectors))
        if before is not None:
            self._forget(set(before.vector_keys) - set(fresh.vector_keys))
        kind = "numberOfModifiedDocumentsIndexed" if before else "numberOfNewDocumentsIndexed"
        self.counts[kind] += 1
        self._list(document.uri, "INDEXED")
        return fresh

    def _chunks(self, document: Document) -> Iterator[dict[str, Any]]:
        chunks = split(document.text, chunking(self._record), self._embed)
        for number, chunk in enumerate(chunks):
            yield {
                "key": f"{self._place}/{document.key}#{number}",
                "data": {"float32": self._embed(chunk.found_by)},
                "metadata": document.chunk_metadata(chunk.text, self._record["DataSourceId"]),
            }

    def _embed(self, text: str) -> list[float]:
        dimension = find_index({"indexArn": index_arn(self._base)}).dimension
        return embed(text, "passage", dimension, self._vectors)

    def _remove(self, indexed: Indexed, uri: str) -> None:
        self._forget(set(indexed.vector_keys))
        bedrock_agent._kb_documents.pop(f"{self._place}/{uri}", None)
        self.counts["numberOfDocumentsDeleted"] += 1

    def _forget(self, keys: set[str]) -> None:
        delete_vectors({"indexArn": index_arn(self._base), "keys": sorted(keys)})

    def _list(self, uri: str, status: str) -> None:
        """As ListKnowledgeBaseDocuments shows it."""
        bedrock_agent._kb_documents[f"{self._place}/{uri}"] = {
            "KnowledgeBaseId": self._base["KnowledgeBaseId"],
            "DataSourceId": self._record["DataSourceId"],
            "Identifier": {"DataSourceType": "S3", "S3": {"Uri": uri}},
            "Status": status,
            "UpdatedAt": bedrock_agent._now_iso(),
        }


def forget_source(base: Mapping[str, Any], data_source_id: str) -> None:
    """Remove every vector that a data source put into the index."""
    place = f"{base['KnowledgeBaseId']}/{data_source_id}"
    known: dict[str, Indexed] = _indexed.pop(place, {})
    keys = [key for indexed in known.values() for key in indexed.vector_keys]
    delete_vectors({"indexArn": index_arn(base), "keys": keys})
