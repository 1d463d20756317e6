"""The rows of a table as hashes: enough to compare two tables, and nothing that tells of a row."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

# The hash of a row's key -> the hash of the whole row.
Rows = Mapping[str, str]


def read(dynamodb: Any, table: str) -> Rows:
    """Every row, read consistently."""
    described = dynamodb.describe_table(TableName=table)["Table"]
    keys = sorted(each["AttributeName"] for each in described["KeySchema"])
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    items = [item for page in pages for item in page["Items"]]
    return {_hash({name: item[name] for name in keys}): _hash(item) for item in items}


def _hash(value: Any) -> str:
    text = json.dumps(_plain(value), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Sets have no order, and bytes are not JSON."""
    if isinstance(value, dict):
        return {name: _sorted(name, each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.hex() if isinstance(value, bytes) else value


def _sorted(name: str, value: Any) -> Any:
    plain = _plain(value)
    return sorted(plain) if name in ("SS", "NS", "BS") and isinstance(plain, list) else plain
