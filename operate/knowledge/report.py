"""What a run found: every metric by language, what it took, and every threshold that was missed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from config.question_set import QuestionSet, Threshold
from operate.knowledge.answer_report import AnswerReport
from operate.knowledge.cost import Cost
from operate.knowledge.deployed import Deployed
from operate.knowledge.judge import METRICS, Measured, Outcome, measured
from operate.statistics import percentile

ALL = "all"


@dataclass(frozen=True)
class Row:
    """The metrics of one language, or of all; without a threshold nothing is asked of it."""

    language: str
    questions: int
    metrics: Mapping[str, Measured]
    threshold: Threshold | None

    @property
    def shortfalls(self) -> Iterator[str]:
        """Every threshold that was missed."""
        for name in METRICS if self.threshold else ():
            value, asked = self.metrics[name].value, getattr(self.threshold, name)
            if value < asked:
                yield f"{name} ({self.language}) is {value:.3f}, not {asked:.3f} at least"


@dataclass(frozen=True)
class Report:
    """A whole run."""

    deployed: Deployed
    environment: str
    embedded: bool
    passages: int
    rows: tuple[Row, ...]
    outcomes: tuple[Outcome, ...]
    cost: Cost
    answers: AnswerReport | None

    @property
    def shortfalls(self) -> tuple[str, ...]:
        asked = self.answers.shortfalls if self.answers else ()
        return (*(each for row in self.rows for each in row.shortfalls), *asked)

    @property
    def place(self) -> str:
        return "the embedded AWS" if self.embedded else "AWS"

    def latency(self, percent: int) -> float:
        """Of Retrieve, in seconds, as one caller who asks one question after another."""
        return percentile([each.seconds for each in self.outcomes], percent)

    @property
    def missed(self) -> tuple[Outcome, ...]:
        """The questions whose right document is not among the passages, or not with the facts."""
        return tuple(each for each in self.outcomes if each.rank is None or not each.facts)


def rows(questions: QuestionSet, outcomes: Sequence[Outcome]) -> Iterator[Row]:
    """One for each language, and one for all."""
    for language, threshold in sorted(questions.thresholds.items()):
        own = [each for each in outcomes if each.question.language == language]
        yield Row(language, len(own), measured(own), threshold)
    yield Row(ALL, len(outcomes), measured(outcomes), None)
