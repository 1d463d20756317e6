"""A caller's request as the event that API Gateway hands to the function."""

from __future__ import annotations

import base64
import copy
import json
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from gateway.keys import Caller
from tests.load.http import Asked
from tests.load.routes import Route

_EVENTS = Path(__file__).parents[1] / "events"
_TEMPLATE: dict[str, Any] = json.loads((_EVENTS / "chat.json").read_text())


def event(asked: Asked, route: Route, parameters: dict[str, str], caller: Caller) -> dict[str, Any]:
    body, coded = _body(asked.body)
    many: dict[str, list[str]] = {}
    for name, value in asked.headers:
        many.setdefault(name, []).append(value)
    query = parse_qs(asked.query, keep_blank_values=True)
    return {
        **_TEMPLATE,
        "resource": route.resource,
        "path": asked.path,
        "httpMethod": asked.method,
        "headers": dict(asked.headers),
        "multiValueHeaders": many,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": parameters or None,
        "requestContext": _request_context(asked, route, caller),
        "body": body,
        "isBase64Encoded": coded,
    }


def _request_context(asked: Asked, route: Route, caller: Caller) -> dict[str, Any]:
    made = copy.copy(_TEMPLATE["requestContext"])
    made |= {
        "httpMethod": asked.method,
        "path": f"/api{asked.path}",
        "requestId": str(uuid.uuid4()),
        "resourcePath": route.resource,
        "authorizer": {"principalId": caller.tenant, **caller._asdict()},
    }
    return made


def _body(body: bytes) -> tuple[str | None, bool]:
    """As text; bytes that are none come as base64."""
    if not body:
        return None, False
    try:
        return body.decode(), False
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), True
