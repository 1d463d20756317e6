"""What a knowledge base finds for a question, and how long the caller waits for it.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_Retrieve.html
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from operate.knowledge.deployed import Deployed, explained


@dataclass(frozen=True)
class Passage:
    """A piece of a document; `document` is its S3 URI, or the address that a connector gives."""

    document: str
    text: str

    def is_of(self, name: str) -> bool:
        """Whether its document's key ends so, whole folder names only."""
        return f"/{self.document}".endswith(f"/{name}")


@dataclass(frozen=True)
class Found:
    """The passages, best first, after so many seconds."""

    passages: tuple[Passage, ...]
    seconds: float


Retrieve = Callable[[str], Found]


def retriever(runtime: Any, deployed: Deployed, count: int) -> Retrieve:
    """Asks the knowledge base without any filter; raises OperateError for what AWS refuses."""
    kind = "managed" if deployed.declared.managed else "vector"
    search = {f"{kind}SearchConfiguration": {"numberOfResults": count}}

    def retrieve(question: str) -> Found:
        started = time.perf_counter()
        with explained("bedrock:Retrieve"):
            answer = runtime.retrieve(
                knowledgeBaseId=deployed.id,
                retrievalQuery={"text": question},
                retrievalConfiguration=search,
            )
        seconds = time.perf_counter() - started
        return Found(tuple(map(_passage, answer["retrievalResults"])), seconds)

    return retrieve


def _passage(result: dict[str, Any]) -> Passage:
    return Passage(_document(result.get("location", {})), result["content"].get("text", ""))


def _document(location: dict[str, Any]) -> str:
    """Each kind of source names a document in a field of its own: `uri`, `url` or `id`."""
    for place in location.values():
        if isinstance(place, dict):
            return str(next(iter(place.values()), ""))
    return ""
