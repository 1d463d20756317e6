"""How each family of models is asked for vectors, by the name that the catalogue gives it.

InvokeModel takes what the model's maker has thought up:
https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html
https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-mm.html
https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html
https://docs.aws.amazon.com/nova/latest/userguide/embeddings-schema.html
"""

from __future__ import annotations

from gateway.aws import UpstreamFailure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, NamedTuple

    Vectors = list[list[float]]
else:
    from gateway.record import NamedTuple

_COUNT = "x-amzn-bedrock-input-token-count"


class Spelling(NamedTuple):
    """`request` makes a call's body of its texts and the dimensions; `vectors` reads the answer.

    `most_texts` is for one request to the gateway, `texts_a_call` for one to the model.
    """

    request: Callable[[Sequence[str], int | None], dict[str, Any]]
    vectors: Callable[[Mapping[str, Any]], Vectors]
    has_dimensions: bool = True
    texts_a_call: int = 1
    most_texts: int = 128


def tokens_of(answer: Mapping[str, Any], headers: Mapping[str, str]) -> int:
    """Titan counts in its answer, Bedrock in a header; what nobody has counted has no price."""
    try:
        return int(answer.get("inputTextTokenCount", headers.get(_COUNT)))
    except (TypeError, ValueError):
        raise UpstreamFailure("the model's answer does not say how many tokens it took") from None


def _titan_v1(texts: Sequence[str], _dimensions: int | None) -> dict[str, Any]:
    return {"inputText": texts[0]}


def _titan_v2(texts: Sequence[str], dimensions: int | None) -> dict[str, Any]:
    return {"inputText": texts[0], "normalize": True, **_if_given("dimensions", dimensions)}


def _titan_multimodal(texts: Sequence[str], dimensions: int | None) -> dict[str, Any]:
    length = _if_given("outputEmbeddingLength", dimensions)
    return {"inputText": texts[0], **({"embeddingConfig": length} if length else {})}


def _titan_vectors(answer: Mapping[str, Any]) -> Vectors:
    return [answer["embedding"]]


def _cohere_v3(texts: Sequence[str], _dimensions: int | None) -> dict[str, Any]:
    # OpenAI's API does not say what a vector is for; this is what an index is made of.
    kinds = {"input_type": "search_document", "embedding_types": ["float"]}
    return {"texts": list(texts), **kinds, "truncate": "NONE"}


def _cohere_v4(texts: Sequence[str], dimensions: int | None) -> dict[str, Any]:
    return {**_cohere_v3(texts, None), **_if_given("output_dimension", dimensions)}


def _cohere_vectors(answer: Mapping[str, Any]) -> Vectors:
    vectors: Vectors = answer["embeddings"]["float"]
    return vectors


def _nova(texts: Sequence[str], dimensions: int | None) -> dict[str, Any]:
    wanted = {
        "embeddingPurpose": "GENERIC_INDEX",
        "text": {"truncationMode": "NONE", "value": texts[0]},
        **_if_given("embeddingDimension", dimensions),
    }
    return {"taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": wanted}


def _nova_vectors(answer: Mapping[str, Any]) -> Vectors:
    return [each["embedding"] for each in answer["embeddings"]]


def _if_given(name: str, dimensions: int | None) -> dict[str, int]:
    return {} if dimensions is None else {name: dimensions}


SPELLINGS = {
    "titan_v1": Spelling(_titan_v1, _titan_vectors, has_dimensions=False),
    "titan_v2": Spelling(_titan_v2, _titan_vectors),
    "titan_multimodal": Spelling(_titan_multimodal, _titan_vectors),
    "cohere_v3": Spelling(_cohere_v3, _cohere_vectors, has_dimensions=False, texts_a_call=96),
    "cohere_v4": Spelling(_cohere_v4, _cohere_vectors, texts_a_call=96),
    # Its vectors have up to 3,072 numbers, and an answer 6 MB.
    "nova": Spelling(_nova, _nova_vectors, most_texts=64),
}
