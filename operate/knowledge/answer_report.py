"""What the answers of a run are worth together, against their thresholds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

from config.question_set import AnswerThreshold
from operate.knowledge.answers import Answer

ASKED = ("facts", "supported", "refused")


@dataclass(frozen=True)
class AnswerReport:
    """Shares over all answers; None where no answer says anything about it."""

    alias: str
    judge: str | None
    answers: tuple[Answer, ...]
    threshold: AnswerThreshold | None

    @property
    def facts(self) -> float | None:
        """Of the facts that answers should hold: how many they do."""
        return _mean([each.facts for each in self.answers])

    @property
    def supported(self) -> float | None:
        """Of an answer's sentences: how many its cited passages say, by words."""
        return _mean([each.supported for each in self.answers])

    @property
    def judged(self) -> float | None:
        """Of the answers that the judge decided about: how many it found supported."""
        return _mean([each.judged for each in self.answers])

    @property
    def undecided(self) -> int:
        """Answers about which the judge said neither yes nor no."""
        return sum(each.judged is None and not each.refused for each in self.answers)

    @property
    def refused(self) -> float | None:
        """Of the questions without an answer: how many were refused."""
        return _mean([each.refused for each in self.answers if not each.question.has_answer])

    @property
    def wrongly_refused(self) -> float | None:
        """Of the questions with an answer: how many were refused."""
        return _mean([each.refused for each in self.answers if each.question.has_answer])

    @property
    def usd(self) -> float | None:
        """What they cost; None where a price is unknown."""
        costs = [each.usd for each in self.answers]
        return sum(cost for cost in costs if cost is not None) if None not in costs else None

    @property
    def shortfalls(self) -> tuple[str, ...]:
        return tuple(self._shortfalls())

    def _shortfalls(self) -> Iterator[str]:
        for name in ASKED if self.threshold else ():
            value, asked = getattr(self, name), getattr(self.threshold, name)
            if value is not None and value < asked:
                yield f"answers, {name} is {value:.3f}, not {asked:.3f} at least"


def _mean(values: Sequence[float | bool | None]) -> float | None:
    known = [float(value) for value in values if value is not None]
    return fmean(known) if known else None
