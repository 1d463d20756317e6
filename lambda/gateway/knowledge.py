"""Passages for a question: fetched, put before it as data, and cited afterwards."""

from __future__ import annotations

from gateway.tool_guard import judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, NamedTuple

    from gateway.aws import Upstream
    from gateway.chat_request import ChatRequest
    from gateway.settings import Alias, Guardrail
else:
    from gateway.record import NamedTuple


# KnowledgeBaseQueryTextString of Retrieve's service model.
LONGEST_QUESTION = 20_000
_FRAME = "passage>"


class Passage(NamedTuple):
    """A chunk of a document; `document` is its key in the bucket, `score` is from 0 to 1."""

    document: str
    score: float
    text: str


def retrieve(
    question: str, base_id: str, alias: Alias, upstream: Upstream, deadline: float
) -> list[Passage]:
    """The best passages of a knowledge base, best first."""
    search = {"vectorSearchConfiguration": {"numberOfResults": alias.passages}}
    request = {"retrievalQuery": {"text": question}, "retrievalConfiguration": search}
    answer = upstream.retrieve(base_id, request, deadline)
    return [p for result in answer["retrievalResults"] if (p := _passage(result))]


def ask_with(passages: Sequence[Passage], request: ChatRequest) -> ChatRequest:
    """The request with what the documents say before its question, marked as such."""
    # A document that speaks of passages must not end its own.
    texts = (passage.text.replace(_FRAME, "passage") for passage in passages)
    told = "\n\n".join(f"<passage>\n{text}\n</passage>" for text in texts)
    text = f"{told or '(no passage was found)'}\n\nQuestion: {request.question}"
    *before, last = request.messages
    if last.role != "user":
        return request
    others = (block for block in last.blocks if "image" in block)
    asked = last._replace(blocks=(*others, {"text": text}))
    return request._replace(messages=(*before, asked))


def masked(
    passages: Sequence[Passage], guardrail: Guardrail | None, upstream: Upstream, deadline: float
) -> list[Passage]:
    """The passages as a guardrail lets them be shown: Converse has judged the answer alone.

    One question for all of them, and one for each only if the guardrail has found something.
    """
    texts = [passage.text for passage in passages]
    if judge("OUTPUT", texts, guardrail, upstream, deadline) is None:
        return list(passages)
    shown = [judge("OUTPUT", [text], guardrail, upstream, deadline) for text in texts]
    return [
        p if said is None else p._replace(text="\n".join(said))
        for p, said in zip(passages, shown, strict=True)
    ]


def citations(passages: Sequence[Passage]) -> dict[str, Any]:
    """What an answer from documents says of them, besides the imitated API's own way."""
    return {
        "citations": [
            {"document": passage.document, "score": passage.score, "passage": passage.text}
            for passage in passages
        ]
    }


def _passage(result: Mapping[str, Any]) -> Passage | None:
    """None for what is no text of a document in S3: Retrieve promises neither."""
    uri = result.get("location", {}).get("s3Location", {}).get("uri", "")
    text = result["content"].get("text")
    # The bucket's name holds the account id, which is none of the caller's business.
    key = uri.partition("://")[2].partition("/")[2]
    return Passage(key, round(result.get("score", 0.0), 4), text) if key and text else None
