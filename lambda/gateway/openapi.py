"""This API as an OpenAPI 3.1 document: requests from the shapes that judge them.

`GET /v1/openapi.json` serves it; docs/openapi.json is a copy, which `make openapi` writes and a
test holds to the code.
"""

from __future__ import annotations

import json

from gateway import completions, embeddings, messages, responses, search, usage
from gateway.openapi_replies import (
    ANTHROPIC_ERROR,
    COMPLETION,
    EMBEDDINGS,
    ERROR,
    MESSAGE,
    MODEL,
    MODELS,
    PASSAGES,
    RESPONSE,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gateway.shape import Shape

_ERRORS = {
    400: "The request is wrong; `param` names the field.",
    401: "No key, or a wrong one.",
    403: "The key may not use this alias.",
    404: "No such alias or knowledge base.",
    409: "Another request with this Idempotency-Key is in the way.",
    413: "The body is too large.",
    429: "Too many requests, busy models, or no budget left (`insufficient_quota`).",
    500: "The gateway failed.",
    502: "A model or a service behind the gateway failed.",
    503: "The budget could not be checked.",
    504: "No answer came in time.",
}
_NEVER_FOR_READING = (409, 413, 502, 503, 504)
_KEY_ONCE = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and body again give the same answer, and are paid for once.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255,
        "pattern": "^[ -~]*[!-~][ -~]*$",
    },
}
_ALIAS = {
    "name": "alias",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "minLength": 1},
}
_BASE = {
    "name": "name",
    "in": "path",
    "required": True,
    "description": "A knowledge base that one of the key's aliases answers from.",
    "schema": {"type": "string", "minLength": 1},
}
_BEARER: list[dict[str, Any]] = [{"bearer": []}]
_EITHER: list[dict[str, Any]] = [*_BEARER, {"apiKey": []}]


def document() -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Strata gateway",
            "version": "1",
            "description": "Models behind purposes: `model` is an alias.",
        },
        "paths": {
            "/v1/chat/completions": _told(completions.SHAPE, COMPLETION, "OpenAI's chat"),
            "/v1/responses": _told(responses.SHAPE, RESPONSE, "OpenAI's Responses, stateless"),
            "/v1/messages": _told(
                messages.SHAPE, MESSAGE, "Anthropic's Messages", security=_EITHER
            ),
            "/v1/embeddings": _post(embeddings.SHAPE, _json(EMBEDDINGS), "OpenAI's embeddings"),
            "/v1/knowledge/{name}/search": _post(
                search.SHAPE, _json(PASSAGES), "The passages that the key may read", _BASE
            ),
            "/v1/models": _get(MODELS, "The aliases that the key may use"),
            "/v1/models/{alias}": _get(MODEL, "One alias", _ALIAS),
            "/v1/usage": _get(usage.RESPONSE, "What the key's tenant has spent this month"),
            "/v1/openapi.json": _get({"type": "object"}, "This document"),
        },
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
            },
            "schemas": {"Error": ERROR, "AnthropicError": ANTHROPIC_ERROR},
        },
    }


def _told(
    shape: Shape,
    reply: dict[str, Any],
    summary: str,
    *,
    security: list[dict[str, Any]] = _BEARER,
) -> dict[str, Any]:
    """A route that answers whole, or in server-sent events when asked to stream."""
    content = {**_json(reply), "text/event-stream": {"schema": {"type": "string"}}}
    return _post(shape, content, summary, security=security)


def _post(
    shape: Shape,
    content: dict[str, Any],
    summary: str,
    *parameters: dict[str, Any],
    security: list[dict[str, Any]] = _BEARER,
) -> dict[str, Any]:
    operation = {
        "summary": summary,
        "parameters": [*parameters, _KEY_ONCE],
        "requestBody": {"required": True, "content": _json(shape.schema())},
        "responses": {
            "200": {"description": "The answer.", "content": content},
            **{str(status): _error(status) for status in _ERRORS},
        },
        "security": security,
    }
    return {"post": operation}


def _get(reply: dict[str, Any], summary: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    told = [status for status in _ERRORS if status not in _NEVER_FOR_READING]
    operation = {
        "summary": summary,
        "parameters": list(parameters),
        "responses": {
            "200": {"description": "The answer.", "content": _json(reply)},
            **{str(status): _error(status) for status in told},
        },
        "security": _BEARER,
    }
    return {"get": operation}


def _error(status: int) -> dict[str, Any]:
    """API Gateway's own answers have OpenAI's shape on every route."""
    names = ("Error", "AnthropicError")
    shapes = [{"$ref": f"#/components/schemas/{name}"} for name in names]
    return {"description": _ERRORS[status], "content": _json({"anyOf": shapes})}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


if __name__ == "__main__":
    print(json.dumps(document(), indent=1))
