"""The reader of `knowledge-tests`: the questions that a knowledge base is measured by."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from config.errors import ConfigError, Problem
from config.load import HERE, _parse_toml, _problems, _read
from config.question_set import QuestionSet

QUESTIONS = HERE.parent / "knowledge-tests"


def load_questions(base: str, directory: Path = QUESTIONS) -> QuestionSet:
    """The questions for a knowledge base; raises ConfigError with every problem found."""
    path = directory / f"{base}.toml"
    if not path.is_file():
        found = sorted(each.stem for each in directory.glob("*.toml"))
        expected = f"no such file; there are {found}: write one by docs/howto/evaluate-knowledge.md"
        raise ConfigError([Problem("knowledge-tests", "NAME", base, expected)])
    return parse_questions(base, _read(path))


def parse_questions(base: str, text: str) -> QuestionSet:
    """Judge the text of one file; raises ConfigError with every problem found."""
    file = f"knowledge-tests/{base}.toml"
    try:
        questions = QuestionSet.model_validate(_parse_toml(file, text))
    except ValidationError as error:
        raise ConfigError(_problems(file, error)) from None
    if broken := [Problem(file, *each) for each in _broken(questions)]:
        raise ConfigError(broken)
    return questions


def _broken(questions: QuestionSet) -> Iterator[tuple[str, object, str]]:
    ids = Counter(each.id for each in questions.questions)
    for id in (id for id, times in ids.items() if times > 1):
        yield "questions.id", id, "stands here twice: every question has an id of its own"
    for each in questions.questions:
        if each.has_answer != bool(each.facts):
            wanted = "facts go with documents: an answer has both, a refusal has neither"
            yield f"questions.{each.id}.facts", list(each.facts), wanted
    asked = {each.language for each in questions.questions if each.has_answer}
    for language in sorted(asked ^ questions.thresholds.keys()):
        wanted = f"the questions with an answer are in {sorted(asked)}: each has its threshold"
        yield f"thresholds.{language}", language, wanted
