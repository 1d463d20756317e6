"""Every strategy over the same documents and questions, judged as `knowledge evaluate` does."""

from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import fmean

from config.question_set import QuestionSet
from operate.knowledge.judge import METRICS, judge, measured
from tests.knowledge.offline import Offline
from tests.knowledge.strategies import COMPARED, Configuration

HEADINGS = (
    "chunking", "chunks", "tokens of a passage", "recall@{k}", "MRR", "nDCG@{k}", "facts@{k}",
    "facts@{k} en", "facts@{k} ja", "facts@1",
)  # fmt: skip
Row = tuple[str, ...]


def compare(
    folder: Path, questions: QuestionSet, cache: Path, told: Callable[[str], None]
) -> list[Row]:
    """The table of strategies, its headings first."""
    rows = [tuple(each.format(k=questions.passages) for each in HEADINGS)]
    for name, chunking in COMPARED.items():
        rows.append((name, *_cells(folder, questions, chunking, cache)))
        told("  ".join(rows[-1]))
    return rows


def _cells(
    folder: Path, questions: QuestionSet, chunking: Configuration, cache: Path
) -> Iterator[str]:
    base = Offline(folder, chunking, cache)
    asked = [each for each in questions.questions if each.has_answer]
    found = {each.id: base.retrieve(questions.passages, each.question) for each in asked}
    outcomes = [judge(each, found[each.id]) for each in asked]
    yield str(len(base.index.vectors))
    yield f"{fmean(base.tokens):.0f}"
    metrics = measured(outcomes)
    for name in METRICS:
        yield f"{metrics[name].value:.3f}"
    for language in ("en", "ja"):
        own = [each for each in outcomes if each.question.language == language]
        yield f"{measured(own)['facts'].value:.3f}"
    first = [judge(each, base.retrieve(1, each.question)) for each in asked]
    yield f"{measured(first)['facts'].value:.3f}"
