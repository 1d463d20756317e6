"""Closes the S3 Vectors half of gap 1 of local-cloud.md: MiniStack has no such service at all.

Buckets, indexes, policies and vectors can be made, read, listed, searched and deleted. Exact
search instead of an approximate one. Approximate: a bucket's policy is stored and not evaluated,
nothing is encrypted, lists are never paged, tags are not kept, index modes do not exist.
"""

import json
from collections.abc import Mapping
from typing import Any

from ministack import app
from ministack.core import iam_actions

from local.gaps import s3vectors_data, s3vectors_resources
from local.gaps.calls import Reply
from local.gaps.service_errors import ServiceError, not_emulated

OPERATIONS = {**s3vectors_resources.OPERATIONS, **s3vectors_data.OPERATIONS}
SIGNED = "/s3vectors/aws4_request"


def close() -> None:
    """Add the service, and tell it by the name in a request's signature."""
    app.SERVICE_HANDLERS["s3vectors"] = _handle
    iam_actions.SERVICE_TO_IAM_NAMESPACE["s3vectors"] = "s3vectors"
    others = app.detect_service

    def detect_service(method: str, path: str, headers: Mapping[str, str], query: Any) -> str:
        if SIGNED in headers.get("authorization", ""):
            return "s3vectors"
        return str(others(method, path, headers, query))

    app.detect_service = detect_service


async def _handle(_: str, path: str, __: Mapping[str, str], body: bytes, ___: Any) -> Reply:
    operation = OPERATIONS.get(path.strip("/"))
    try:
        if operation is None:
            raise not_emulated(path, "use another operation.")
        answer = operation(json.loads(body or b"{}"))
    except ServiceError as error:
        return error.reply
    return 200, {"Content-Type": "application/json"}, json.dumps(answer).encode()
