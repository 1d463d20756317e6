"""How well passages answer a question: where the right document stands, and whether the facts do.

recall: is a right document among the first k passages. mrr: one over the rank of its first passage.
ndcg: the same, discounted by the logarithm of the rank, against the best order; a document counts
once. facts: do the passages together hold every fact.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from statistics import fmean

from config.question_set import Question
from operate.knowledge.passages import Found, Passage
from operate.knowledge.words import says
from operate.statistics import Interval, bootstrap, wilson

METRICS = ("recall", "mrr", "ndcg", "facts")


@dataclass(frozen=True)
class Outcome:
    """One question, judged; `rank` is that of the first right passage, from 1; None: not found."""

    question: Question
    rank: int | None
    ndcg: float
    facts: float
    seconds: float

    @property
    def recall(self) -> float:
        return float(self.rank is not None)

    @property
    def mrr(self) -> float:
        return 1 / self.rank if self.rank else 0.0


@dataclass(frozen=True)
class Measured:
    """A mean over questions, and where it lies with 95 % confidence."""

    value: float
    low: float
    high: float


def judge(question: Question, found: Found) -> Outcome:
    """Judge what was found for one question that has an answer."""
    right = [_first(found.passages, document) for document in question.documents]
    ranks = sorted(rank for rank in right if rank is not None)
    return Outcome(
        question=question,
        rank=ranks[0] if ranks else None,
        ndcg=_gain(ranks) / _gain(range(1, len(question.documents) + 1)),
        facts=float(holds_facts(question, [each.text for each in found.passages]) == 1.0),
        seconds=found.seconds,
    )


def holds_facts(question: Question, texts: Sequence[str]) -> float:
    """The share of the question's facts that the texts hold."""
    whole = "\n".join(texts)
    return fmean(float(says(whole, spellings)) for spellings in question.facts)


def measured(outcomes: Sequence[Outcome]) -> Mapping[str, Measured]:
    """Every metric over some questions."""
    return {name: _measured(name, [getattr(each, name) for each in outcomes]) for name in METRICS}


def _measured(name: str, values: Sequence[float]) -> Measured:
    interval: Callable[[Sequence[float]], Interval] = (
        _share if name in ("recall", "facts") else bootstrap
    )
    return Measured(fmean(values), *interval(values))


def _share(values: Sequence[float]) -> Interval:
    return wilson(int(sum(values)), len(values))


def _first(passages: Sequence[Passage], document: str) -> int | None:
    ranks = (rank for rank, each in enumerate(passages, 1) if each.is_of(document))
    return next(ranks, None)


def _gain(ranks: Iterable[int]) -> float:
    return sum(1 / log2(rank + 1) for rank in ranks)
