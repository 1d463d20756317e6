"""Embedding models in memory: each reads its own kind of request, and refuses any other."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from gateway.aws import AwsError
from tests.fakes.memory import Memory

Answer = tuple[dict[str, Any], dict[str, str]]
Model = Callable[..., Answer]

TOKENS = 7  # of every text


def vector(text: str, dimensions: int) -> list[float]:
    """The same for the same text, and 32-bit floats as a model's are."""
    dice = random.Random(text)
    return [dice.randint(-(1 << 20), 1 << 20) / (1 << 20) for _ in range(dimensions)]


def _counted(texts: int) -> dict[str, str]:
    return {"x-amzn-bedrock-input-token-count": str(TOKENS * texts)}


def _titan(*, inputText: str, dimensions: int = 8, normalize: bool = False) -> Answer:
    return {"embedding": vector(inputText, dimensions), "inputTextTokenCount": TOKENS}, {}


def _titan_v1(*, inputText: str) -> Answer:
    return _titan(inputText=inputText)


def _titan_multimodal(
    *, inputText: str, embeddingConfig: Mapping[str, int] = {"outputEmbeddingLength": 8}
) -> Answer:
    [(name, dimensions)] = embeddingConfig.items()
    assert name == "outputEmbeddingLength"
    return _titan(inputText=inputText, dimensions=dimensions)


def _cohere(
    *,
    texts: list[str],
    input_type: str,
    embedding_types: list[str],
    truncate: str,
    output_dimension: int = 8,
) -> Answer:
    assert 1 <= len(texts) <= 96
    assert (input_type, embedding_types, truncate) == ("search_document", ["float"], "NONE")
    vectors = [vector(text, output_dimension) for text in texts]
    embeddings = {"embeddings": {"float": vectors}, "response_type": "embeddings_by_type"}
    return embeddings, _counted(len(texts))


def _cohere_v3(
    *, texts: list[str], input_type: str, embedding_types: list[str], truncate: str
) -> Answer:
    kinds = {"input_type": input_type, "embedding_types": embedding_types}
    return _cohere(texts=texts, truncate=truncate, **kinds)


def _nova(*, taskType: str, singleEmbeddingParams: Mapping[str, Any]) -> Answer:
    assert taskType == "SINGLE_EMBEDDING"
    wanted = dict(singleEmbeddingParams)
    assert wanted.pop("embeddingPurpose") == "GENERIC_INDEX"
    text, dimensions = wanted.pop("text"), wanted.pop("embeddingDimension", 8)
    assert not wanted and text.keys() == {"truncationMode", "value"}
    told = {"embeddingType": "TEXT", "embedding": vector(text["value"], dimensions)}
    return {"embeddings": [told]}, _counted(1)


MODELS: dict[str, Model] = {
    "titan_v1": _titan_v1,
    "titan_v2": _titan,
    "titan_multimodal": _titan_multimodal,
    "cohere_v3": _cohere_v3,
    "cohere_v4": _cohere,
    "nova": _nova,
}


class Embedder(Memory):
    """One model, and the tables. `replies` come before the model's own: answers or failures."""

    def __init__(self, spelling: str = "titan_v2", *replies: Answer | Exception) -> None:
        super().__init__()
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self._model, self._replies = MODELS[spelling], list(replies)

    def invoke_model(
        self, model_id: str, request: Mapping[str, Any], deadline: float
    ) -> tuple[dict[str, Any], Mapping[str, str]]:
        self.asked.append((model_id, request))
        if self._replies:
            reply = self._replies.pop(0)
            if isinstance(reply, Exception):
                raise reply
            return reply
        try:
            return self._model(**request)
        except TypeError:
            raise AwsError(400, "ValidationException", detail="extraneous key") from None
