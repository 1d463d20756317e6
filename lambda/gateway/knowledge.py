"""Passages for a question: fetched, put before it as data, and cited afterwards."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from gateway.aws import Upstream
    from gateway.settings import Alias


class Passage(NamedTuple):
    """A chunk of a document; `document` is its key in the bucket, `score` is from 0 to 1."""

    document: str
    score: float
    text: str


def retrieve(question: str, alias: Alias, upstream: Upstream, deadline: float) -> list[Passage]:
    """The alias's best passages, best first; none for an alias without a knowledge base."""
    if alias.knowledge_base is None:
        return []
    search = {"vectorSearchConfiguration": {"numberOfResults": alias.passages}}
    request = {"retrievalQuery": {"text": question}, "retrievalConfiguration": search}
    answer = upstream.retrieve(alias.knowledge_base, request, deadline)
    return [_passage(result) for result in answer["retrievalResults"]]


def ask_with(passages: Sequence[Passage], question: str, alias: Alias) -> str:
    """The last message: what the documents say, marked as such, and then the question."""
    if alias.knowledge_base is None:
        return question
    told = "\n\n".join(f"<passage>\n{passage.text}\n</passage>" for passage in passages)
    return f"{told or '(no passage was found)'}\n\nQuestion: {question}"


def cite(completion: dict[str, Any], passages: Sequence[Passage]) -> None:
    """Add the passages to the answer: as OpenAI's annotations, and whole under `x_strata`."""
    choice = completion["choices"][0]
    if choice["finish_reason"] == "content_filter":
        return
    end = len(choice["message"]["content"])
    choice["message"]["annotations"] = [_annotation(passage, end) for passage in passages]
    completion["x_strata"] = {
        "citations": [
            {"document": passage.document, "score": passage.score, "passage": passage.text}
            for passage in passages
        ]
    }


def _passage(result: Mapping[str, Any]) -> Passage:
    # The bucket's name holds the account id, which is none of the caller's business.
    key = urlsplit(result["location"]["s3Location"]["uri"]).path.lstrip("/")
    return Passage(key, round(result["score"], 4), result["content"]["text"])


def _annotation(passage: Passage, end: int) -> dict[str, Any]:
    return {
        "type": "url_citation",
        "url_citation": {
            "start_index": 0,
            "end_index": end,
            "title": passage.document.rpartition("/")[2],
            "url": passage.document,
        },
    }
