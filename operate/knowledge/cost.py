"""What a run costs: the questions' embeddings; what a store asks for a query is not known here."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from config.cost import CHARACTERS_A_TOKEN, MILLION
from config.knowledge import KnowledgeBase
from config.question_set import Question


@dataclass(frozen=True)
class Cost:
    """Estimated before the run; `usd` is None where the embedding model's price is unknown."""

    questions: int
    query_tokens: int
    usd: float | None

    def __str__(self) -> str:
        usd = "a price that is unknown here" if self.usd is None else f"about {self.usd:.6f} USD"
        return (
            f"{self.questions} questions, about {self.query_tokens} tokens to embed: {usd}, "
            "and what the vector store asks for a query"
        )


def query_cost(base: KnowledgeBase, questions: Iterable[Question]) -> Cost:
    """At the catalogue's list price."""
    tokens = [_tokens(each.question) for each in questions]
    price = base.embedding_model.price
    known = price.input if price else None
    usd = None if known is None else sum(tokens) * known / MILLION
    return Cost(len(tokens), sum(tokens), usd)


def _tokens(text: str) -> int:
    """A Japanese character is about a token."""
    ascii = sum(character.isascii() for character in text)
    return ceil(ascii / CHARACTERS_A_TOKEN) + len(text) - ascii
