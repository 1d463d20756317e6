"""The operations of S3 Vectors on the vectors of an index."""

import json
from array import array
from collections.abc import Callable, Mapping
from typing import Any

from local.gaps import vector_filters
from local.gaps.s3vectors_resources import Answer, Request, find_index
from local.gaps.service_errors import ServiceError
from local.gaps.vector_store import Index, Vector

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-vectors-limitations.html
FILTERABLE_BYTES = 2_048


def put_vectors(request: Request) -> Answer:
    """Store vectors, in the place of those of the same key; raises ServiceError."""
    index = find_index(request)
    made = [_vector(index, vector) for vector in request["vectors"]]
    index.vectors.update({vector.key: vector for vector in made})
    return {}


def _vector(index: Index, given: Request) -> Vector:
    data = array("f", given["data"]["float32"])
    if len(data) != index.dimension:
        text = f"vector has {len(data)} dimensions; the index has {index.dimension}"
        raise ServiceError("ValidationException", text)
    metadata = given.get("metadata") or {}
    _check_metadata(index, given["key"], metadata)
    return Vector(key=given["key"], data=data, metadata=metadata)


def _check_metadata(index: Index, key: str, metadata: Mapping[str, Any]) -> None:
    apart = index.declared.get("metadataConfiguration", {}).get("nonFilterableMetadataKeys", [])
    filterable = {name: value for name, value in metadata.items() if name not in apart}
    if len(json.dumps(filterable, ensure_ascii=False).encode()) > FILTERABLE_BYTES:
        text = f"Invalid record for key '{key}': filterable metadata must have at most 2048 bytes"
        raise ServiceError("ValidationException", text)


def _get_vectors(request: Request) -> Answer:
    stored = find_index(request).vectors
    found = [stored[key] for key in request["keys"] if key in stored]
    return {"vectors": [_shown(vector, request) for vector in found]}


def _list_vectors(request: Request) -> Answer:
    return {"vectors": [_shown(vector, request) for vector in find_index(request).vectors.values()]}


def _shown(vector: Vector, request: Request) -> Answer:
    data = {"data": {"float32": list(vector.data)}} if request.get("returnData") else {}
    metadata = {"metadata": vector.metadata} if request.get("returnMetadata") else {}
    return {"key": vector.key, **data, **metadata}


def delete_vectors(request: Request) -> Answer:
    """Remove vectors; a key that is not there is no error."""
    index = find_index(request)
    for key in request["keys"]:
        index.vectors.pop(key, None)
    return {}


def _query_vectors(request: Request) -> Answer:
    index, wanted = find_index(request), request.get("filter") or {}
    found = index.nearest(
        request["queryVector"]["float32"],
        request["topK"],
        lambda metadata: vector_filters.matches(wanted, metadata),
    )
    vectors = [
        {**_shown(vector, request), **({"distance": far} if request.get("returnDistance") else {})}
        for vector, far in found
    ]
    return {"vectors": vectors, "distanceMetric": index.declared["distanceMetric"]}


OPERATIONS: Mapping[str, Callable[[Request], Answer]] = {
    "PutVectors": put_vectors,
    "GetVectors": _get_vectors,
    "ListVectors": _list_vectors,
    "DeleteVectors": delete_vectors,
    "QueryVectors": _query_vectors,
}
