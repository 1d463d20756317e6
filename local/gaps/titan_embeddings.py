"""Closes gap 4 of local-cloud.md for embeddings: InvokeModel answers with a real vector.

The shape is Titan Text Embeddings V2's for every embedding model of the catalogue. Approximate:
the vector is multilingual-e5-small's, followed by zeros.
"""

import json
from collections.abc import Mapping
from typing import Any

from ministack.services import bedrock_runtime

from config.models import Model
from local.gaps.calls import Reply
from local.gaps.embeddings import count_tokens, embed
from local.gaps.invocables import NotInvocable, resolve
from local.gaps.service_errors import ServiceError
from local.state import Home


def close(home: Home) -> None:
    """Answer for the embedding models, and leave the others as they are."""
    others = bedrock_runtime._invoke_model

    def invoke(model_id: str, headers: Mapping[str, str], body: bytes) -> Reply:
        model = _embedding_model(model_id)
        if model is None:
            reply: Reply = others(model_id, headers, body)
            return reply
        try:
            return _embed(model, json.loads(body), home)
        except ServiceError as error:
            return error.reply

    bedrock_runtime._invoke_model = invoke


def _embedding_model(model_id: str) -> Model | None:
    try:
        model = resolve(model_id).model
    except NotInvocable:
        return None
    return model if model.kind == "embedding" else None


def _embed(model: Model, request: Mapping[str, Any], home: Home) -> Reply:
    text, dimensions = (
        request.get("inputText"),
        request.get("dimensions", max(model.limits.dimensions)),
    )
    if not isinstance(text, str) or not text or dimensions not in model.limits.dimensions:
        known = list(model.limits.dimensions)
        problem = f"Malformed input request: inputText, and dimensions of {known}."
        raise ServiceError("ValidationException", problem)
    vector, tokens = embed(text, "passage", dimensions, home.vectors), count_tokens(text)
    answer = {
        "embedding": vector,
        "embeddingsByType": {"float": vector},
        "inputTextTokenCount": tokens,
    }
    counts = {"x-amzn-bedrock-input-token-count": str(tokens)}
    return 200, {"Content-Type": "application/json", **counts}, json.dumps(answer).encode()
