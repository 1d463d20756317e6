"""The operations of S3 Vectors on buckets, their policies and their indexes."""

from collections.abc import Callable, Mapping
from typing import Any

from ministack.core.responses import AccountRegionScopedDict, get_account_id, get_region

from local.gaps.service_errors import ServiceError
from local.gaps.vector_store import Bucket, Index

Request = Mapping[str, Any]
Answer = dict[str, Any]
_buckets = AccountRegionScopedDict()


def find_index(request: Request) -> Index:
    """The index that a request names by ARN, or by its bucket's name and its own."""
    names = (request.get("vectorBucketName"), request.get("indexName"))
    if request.get("indexArn"):
        _, names_bucket, _, names_index = str(request["indexArn"]).split("/")
        names = (names_bucket, names_index)
    index = _find_bucket({"vectorBucketName": names[0]}).indexes.get(str(names[1]))
    if index is None:
        raise ServiceError("NotFoundException", "The specified index could not be found")
    return index


def _find_bucket(request: Request) -> Bucket:
    name = request.get("vectorBucketName") or str(request.get("vectorBucketArn")).rpartition("/")[2]
    bucket: Bucket | None = _buckets.get(name)
    if bucket is None:
        raise ServiceError("NotFoundException", "The specified vector bucket could not be found")
    return bucket


def _create_bucket(request: Request) -> Answer:
    name = request["vectorBucketName"]
    if name in _buckets:
        raise ServiceError(
            "ConflictException", "A vector bucket with the specified name already exists"
        )
    arn = f"arn:aws:s3vectors:{get_region()}:{get_account_id()}:bucket/{name}"
    _buckets[name] = Bucket(arn=arn, declared=request)
    return {"vectorBucketArn": arn}


def _delete_bucket(request: Request) -> Answer:
    bucket = _find_bucket(request)
    if bucket.indexes:
        raise ServiceError("ConflictException", "The specified vector bucket is not empty")
    del _buckets[bucket.declared["vectorBucketName"]]
    return {}


def _get_bucket(request: Request) -> Answer:
    return {"vectorBucket": _bucket_summary(_find_bucket(request))}


def _list_buckets(_: Request) -> Answer:
    return {"vectorBuckets": [_bucket_summary(bucket) for bucket in _buckets.values()]}


def _bucket_summary(bucket: Bucket) -> Answer:
    encryption = bucket.declared.get("encryptionConfiguration", {"sseType": "AES256"})
    return {
        "vectorBucketName": bucket.declared["vectorBucketName"],
        "vectorBucketArn": bucket.arn,
        "creationTime": bucket.created,
        "encryptionConfiguration": encryption,
    }


def _create_index(request: Request) -> Answer:
    bucket, name = _find_bucket(request), request["indexName"]
    if name in bucket.indexes:
        raise ServiceError("ConflictException", "An index with the specified name already exists")
    arn = f"{bucket.arn}/index/{name}"
    bucket.indexes[name] = Index(arn=arn, declared=request)
    return {"indexArn": arn}


def _delete_index(request: Request) -> Answer:
    index = find_index(request)
    _, bucket_name, _, name = index.arn.split("/")
    del _find_bucket({"vectorBucketName": bucket_name}).indexes[name]
    return {}


def _get_index(request: Request) -> Answer:
    return {"index": _index_summary(find_index(request))}


def _list_indexes(request: Request) -> Answer:
    return {"indexes": [_index_summary(index) for index in _find_bucket(request).indexes.values()]}


def _index_summary(index: Index) -> Answer:
    names = ("indexName", "dataType", "dimension", "distanceMetric", "metadataConfiguration")
    declared = {name: index.declared[name] for name in names if name in index.declared}
    bucket_name = index.arn.split("/")[1]
    identity = {"vectorBucketName": bucket_name, "indexArn": index.arn}
    return {**identity, **declared, "creationTime": index.created}


def _put_policy(request: Request) -> Answer:
    _find_bucket(request).policy = request["policy"]
    return {}


def _get_policy(request: Request) -> Answer:
    bucket = _find_bucket(request)
    if bucket.policy is None:
        raise ServiceError("NotFoundException", "The specified vector bucket has no policy")
    return {"policy": bucket.policy, "vectorBucketArn": bucket.arn}


def _delete_policy(request: Request) -> Answer:
    _find_bucket(request).policy = None
    return {}


OPERATIONS: Mapping[str, Callable[[Request], Answer]] = {
    "CreateVectorBucket": _create_bucket,
    "DeleteVectorBucket": _delete_bucket,
    "GetVectorBucket": _get_bucket,
    "ListVectorBuckets": _list_buckets,
    "CreateIndex": _create_index,
    "DeleteIndex": _delete_index,
    "GetIndex": _get_index,
    "ListIndexes": _list_indexes,
    "PutVectorBucketPolicy": _put_policy,
    "GetVectorBucketPolicy": _get_policy,
    "DeleteVectorBucketPolicy": _delete_policy,
}
