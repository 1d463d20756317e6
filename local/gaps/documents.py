"""The documents that an S3 data source names, read with the rights of the knowledge base's role."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ministack.services import bedrock_agent, s3

from local.gaps.parsing import text_of
from local.gaps.permissions import Permission

METADATA = ".metadata.json"


@dataclass(frozen=True)
class Source:
    """A bucket and the key prefixes in it that belong to a data source."""

    bucket: str
    prefixes: tuple[str, ...]

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "Source":
        """Read from a data source's record."""
        config = record["DataSourceConfiguration"]["s3Configuration"]
        prefixes = config.get("inclusionPrefixes") or [""]
        return cls(config["bucketArn"].rpartition(":")[2], tuple(prefixes))

    @property
    def arn(self) -> str:
        """The bucket's."""
        return f"arn:aws:s3:::{self.bucket}"

    def object_keys(self) -> list[str]:
        """Every object's, metadata files included. Raises KeyError if there is no bucket."""
        stored = s3._buckets[self.bucket]["objects"]
        return sorted(k for k in stored if k.startswith(self.prefixes) and not k.endswith("/"))

    def uri(self, key: str) -> str:
        """How a citation names it."""
        return f"s3://{self.bucket}/{key}"

    def read(self, key: str) -> "Document":
        """The object and the metadata file beside it; raises Unreadable."""
        body: bytes = s3._get_object_data(self.bucket, key)
        beside: bytes = s3._get_object_data(self.bucket, key + METADATA) or b""
        return Document(
            key=key,
            uri=self.uri(key),
            text=text_of(key, body),
            metadata=bedrock_agent._metadata_attributes(beside),
            digest=hashlib.sha256(body + b"\0" + beside).hexdigest(),
        )

    def permissions(self) -> Iterator[Permission]:
        """What listing the bucket and reading its documents needs."""
        for prefix in self.prefixes:
            yield Permission("s3:ListBucket", self.arn, {"s3:prefix": prefix})
        for key in self.object_keys():
            yield Permission("s3:GetObject", f"{self.arn}/{key}")
        yield from self._decryption()

    def _decryption(self) -> Iterator[Permission]:
        header = "x-amz-server-side-encryption-aws-kms-key-id"
        stored = s3._buckets[self.bucket]["objects"]
        keys = {s3._stored_sse_headers(stored[key]).get(header) for key in self.object_keys()}
        for arn in sorted(key for key in keys if key):
            yield Permission("kms:Decrypt", arn, {"aws:SourceBucket": self.bucket})


@dataclass(frozen=True)
class Document:
    """One document as it is now; the digest covers its text and its metadata."""

    key: str
    uri: str
    text: str
    metadata: Mapping[str, Any]
    digest: str

    def chunk_metadata(self, text: str, data_source_id: str) -> dict[str, Any]:
        """What is stored beside a chunk's vector, under the names that Bedrock uses."""
        return {
            "AMAZON_BEDROCK_TEXT": text,
            "AMAZON_BEDROCK_METADATA": json.dumps({"source": {"sourceLocation": self.uri}}),
            "x-amz-bedrock-kb-source-uri": self.uri,
            "x-amz-bedrock-kb-data-source-id": data_source_id,
            **self.metadata,
        }
