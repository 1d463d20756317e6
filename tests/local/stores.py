"""What the stores of a deployed platform hold, read as anybody may read them who has the rights."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from local.session import client
from local.state import Home
from tests.stateful import NOTES, STATEFUL

REGION = "us-east-1"
# What a store holds: the name of each thing in it, and what would differ if the thing did.
Content = dict[str, str]


def stores(home: Home) -> dict[str, str]:
    """Everything that the environment's stacks keep: its name -> its type."""
    found: dict[str, str] = {}
    with client(home, "cloudformation", REGION) as cloudformation:
        for stack in cloudformation.describe_stacks()["Stacks"]:
            if not stack["StackName"].startswith("local-"):
                continue
            pages = cloudformation.get_paginator("list_stack_resources")
            for page in pages.paginate(StackName=stack["StackName"]):
                for each in page["StackResourceSummaries"]:
                    if each["ResourceType"] in STATEFUL - NOTES:
                        found[each["PhysicalResourceId"]] = each["ResourceType"]
    return found


def read(home: Home, name: str, type: str) -> Content:
    """What a store holds now; raises what AWS raises if it is gone, or KeyError for a new type."""
    service, reader = READERS[type]
    with client(home, service, REGION) as asked:
        return reader(asked, name)


def _table(dynamodb: Any, name: str) -> Content:
    key = dynamodb.describe_table(TableName=name)["Table"]["KeySchema"]
    rows = dynamodb.scan(TableName=name, ConsistentRead=True)["Items"]
    return {str([row[each["AttributeName"]] for each in key]): _sorted(row) for row in rows}


def _bucket(s3: Any, name: str) -> Content:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=name)
    keys = [each["Key"] for page in pages for each in page.get("Contents", [])]
    bodies = {key: s3.get_object(Bucket=name, Key=key)["Body"].read() for key in keys}
    return {key: hashlib.sha256(body).hexdigest() for key, body in bodies.items()}


def _key(kms: Any, name: str) -> Content:
    return {"state": kms.describe_key(KeyId=name)["KeyMetadata"]["KeyState"]}


def _log_group(logs: Any, name: str) -> Content:
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=name)
    events = [event for page in pages for event in page["events"]]
    return {f"{event['timestamp']} {event['message']}": "" for event in events}


def _vector_bucket(s3vectors: Any, name: str) -> Content:
    listed = s3vectors.list_indexes(vectorBucketArn=name)["indexes"]
    return {each["indexArn"]: each["indexName"] for each in listed}


def _vector_index(s3vectors: Any, name: str) -> Content:
    pages = s3vectors.get_paginator("list_vectors").paginate(indexArn=name, returnMetadata=True)
    return {each["key"]: _sorted(each) for page in pages for each in page["vectors"]}


def _sorted(value: Mapping[str, Any]) -> str:
    return repr(sorted(value.items()))


READERS: dict[str, tuple[str, Callable[[Any, str], Content]]] = {
    "AWS::DynamoDB::Table": ("dynamodb", _table),
    "AWS::KMS::Key": ("kms", _key),
    "AWS::Logs::LogGroup": ("logs", _log_group),
    "AWS::S3::Bucket": ("s3", _bucket),
    "AWS::S3Vectors::Index": ("s3vectors", _vector_index),
    "AWS::S3Vectors::VectorBucket": ("s3vectors", _vector_bucket),
}
