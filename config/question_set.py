"""A file of `knowledge-tests` as it is written: what a knowledge base must find, and never invent.

The format is described for people in docs/howto/evaluate-knowledge.md.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from config.frozen import Frozen, Whole

Language = Literal["en", "ja"]
Share = Annotated[float, Field(ge=0, le=1)]
Text = Annotated[str, Field(min_length=1)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class Threshold(Frozen):
    """What the passages of one language must reach, over the questions that have an answer."""

    recall: Share
    mrr: Share
    ndcg: Share
    facts: Share


class AnswerThreshold(Frozen):
    """What answers must reach: shares of the facts, of the sentences, and of the refusals."""

    facts: Share
    supported: Share
    refused: Share


class Question(Frozen):
    """`documents` hold the answer, by the end of their key; of each fact's spellings, one counts.

    Without documents nothing answers it, and a refusal is the right answer.
    """

    id: Id
    language: Language
    question: Text
    documents: tuple[Text, ...]
    facts: tuple[Annotated[tuple[Text, ...], Field(min_length=1)], ...]

    @property
    def has_answer(self) -> bool:
        return bool(self.documents)


class QuestionSet(Frozen):
    """All that a file asks; the first `passages` of each question are judged."""

    passages: Whole = Field(ge=1, le=100)
    thresholds: Mapping[Language, Threshold] = Field(min_length=1)
    answers: AnswerThreshold | None = None
    questions: tuple[Question, ...] = Field(min_length=1)
