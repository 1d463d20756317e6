"""The fake cloud's DynamoDB and KMS, which have their operation in a header."""

from __future__ import annotations

import base64
import hmac
import json
import re

from tests.bench import bedrock
from tests.fakes.dynamodb import Refused, Tables

_TARGET = re.compile(rb"\r\nx-amz-target: *(\w+)\.(\w+)", re.IGNORECASE)


def called(tables: Tables, head: bytes, body: bytes) -> bytes:
    """The whole answer to one request."""
    named = _TARGET.search(head)
    request = json.loads(body)
    if named and named[1] == b"TrentService":
        made = mac(base64.b64decode(request["Message"]).decode())
        return bedrock.whole({"Mac": base64.b64encode(made).decode()})
    try:
        return bedrock.whole(tables.call(named[2].decode() if named else "", request))
    except Refused as refused:
        return refused.answer


def mac(key: str) -> bytes:
    """What this KMS makes of an API key, whatever key of its own is named."""
    return hmac.digest(b"fake", key.encode(), "sha256")
