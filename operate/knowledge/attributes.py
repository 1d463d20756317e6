"""The metadata of a document: what it can be filtered by, and who may read it.

https://docs.aws.amazon.com/bedrock/latest/userguide/kb-metadata.html
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from operate.knowledge.limits import FILTERABLE_BYTES, METADATA_BYTES

GROUPS = "groups"
RESERVED = ("x-amz-bedrock", "AMAZON_BEDROCK")
TYPES = ("STRING", "NUMBER", "BOOLEAN", "STRING_LIST")
# Bedrock writes these beside ours: the document's address, its source's and its chunk's ids.
ADDED = {
    "x-amz-bedrock-kb-data-source-id": "X" * 10,
    "x-amz-bedrock-kb-chunk-id": "X" * 64,
    "x-amz-bedrock-kb-document-page-number": 1_000.0,
}
Attributes = Mapping[str, Any]


class Malformed(Exception):
    """What is wrong with a metadata file."""


def parse(body: bytes) -> Attributes:
    """The attributes of a metadata file, as they are written; raises Malformed."""
    if len(body) > METADATA_BYTES:
        raise Malformed(f"has {len(body):,} bytes; a metadata file has at most {METADATA_BYTES:,}")
    try:
        written = json.loads(body)
    except ValueError as error:
        raise Malformed(f"is not JSON: {error}") from None
    attributes = written.get("metadataAttributes") if isinstance(written, dict) else None
    if not isinstance(attributes, dict):
        raise Malformed('must be {"metadataAttributes": {…}}')
    return attributes


def render(attributes: Attributes) -> bytes:
    """A metadata file; the same bytes for the same attributes."""
    whole = {"metadataAttributes": dict(attributes)}
    return (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode()


def problems(attributes: Attributes, uri: str) -> Iterator[str]:
    """Everything for which Bedrock or S3 Vectors would refuse the document at `uri`."""
    for name, value in attributes.items():
        if not name or name.startswith(RESERVED):
            yield f"attribute {name!r}: names that begin so are Bedrock's own"
        if _unwrapped(value) is None:
            yield f"attribute {name!r}: must be text, a number, true, false or a list of texts"
    if (size := _filterable(attributes, uri)) > FILTERABLE_BYTES:
        yield f"{size:,} bytes can be filtered by; S3 Vectors keeps at most {FILTERABLE_BYTES:,}"


def groups(attributes: Attributes) -> list[str]:
    """Who may read the document; a single text is one group."""
    value = _unwrapped(attributes.get(GROUPS))
    return [value] if isinstance(value, str) else value if isinstance(value, list) else []


def _filterable(attributes: Attributes, uri: str) -> int:
    whole = {**ADDED, "x-amz-bedrock-kb-source-uri": uri}
    whole |= {name: _unwrapped(value) for name, value in attributes.items()}
    return len(json.dumps(whole, ensure_ascii=False).encode())


def _unwrapped(value: Any) -> Any:
    """The plain value, also of the form that names its type; None for what is neither."""
    if isinstance(value, dict):
        typed = value.get("value")
        if not isinstance(typed, dict) or typed.get("type") not in TYPES:
            return None
        value = next((each for name, each in typed.items() if name != "type"), None)
    if isinstance(value, list):
        return value if value and all(isinstance(each, str) for each in value) else None
    return value if isinstance(value, str | int | float) else None
