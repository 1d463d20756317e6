"""Passages for a question: fetched, put before it as data, and cited afterwards."""

from __future__ import annotations

from itertools import accumulate

from gateway.guarded import MOST_QUERY, MOST_SOURCE, block
from gateway.verdict import judge

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
_LONGEST_QUESTION = 20_000
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


def longest_question(alias: Alias) -> int:
    """In characters; a guardrail that looks for grounds reads less than a knowledge base does."""
    return MOST_QUERY if alias.grounded else _LONGEST_QUESTION


def ask_with(passages: Sequence[Passage], request: ChatRequest, grounded: bool) -> ChatRequest:
    """The request with what the documents say before its question, marked as such.

    For a guardrail that looks for grounds, it is told as well which is which.
    """
    *before, last = request.messages
    if last.role != "user":
        return request
    told = [_framed(passage) for passage in passages] or ["(no passage was found)"]
    text = "\n\n".join((*told, f"Question: {request.question}"))
    blocks: Sequence[Mapping[str, Any]] = [{"text": text}]
    if grounded:
        sources = [block(each, "grounding_source") for each in told]
        blocks = [*sources, block(request.question, "query")]
    others = (each for each in last.blocks if "image" in each)
    asked = last._replace(blocks=(*others, *blocks))
    return request._replace(messages=(*before, asked))


def within_grounds(passages: Sequence[Passage]) -> list[Passage]:
    """The best of them, as many as a guardrail that looks for grounds reads."""
    ends = accumulate(len(_framed(passage)) for passage in passages)
    return [each for each, end in zip(passages, ends, strict=True) if end <= MOST_SOURCE]


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
        p if said is None else p._replace(text=said.message)
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


def _framed(passage: Passage) -> str:
    # A document that speaks of passages must not end its own.
    text = passage.text.replace(_FRAME, "passage")
    return f"<passage>\n{text}\n</passage>"


def _passage(result: Mapping[str, Any]) -> Passage | None:
    """None for what is no text of a document in S3: Retrieve promises neither."""
    uri = result.get("location", {}).get("s3Location", {}).get("uri", "")
    text = result["content"].get("text")
    # The bucket's name holds the account id, which is none of the caller's business.
    key = uri.partition("://")[2].partition("/")[2]
    return Passage(key, round(result.get("score", 0.0), 4), text) if key and text else None
