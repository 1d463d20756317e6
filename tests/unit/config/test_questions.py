"""The questions of `knowledge-tests`: what is refused, and that the shipped set is whole."""

import pytest

from config.errors import ConfigError
from config.question_set import QuestionSet
from config.questions import load_questions, parse_questions
from local.processes import REPOSITORY

GOOD = """
passages = 5
[thresholds.en]
recall = 0.9
mrr = 0.7
ndcg = 0.7
facts = 0.7
[[questions]]
id = "window"
language = "en"
question = "How long is the refund window?"
documents = ["returns.md"]
facts = [["34 days"]]
"""
REFUSAL = """
[[questions]]
id = "none"
language = "en"
question = "Which colour is the sea?"
documents = []
facts = []
"""


def test_a_question_without_documents_is_one_to_refuse():
    answer, refusal = parse_questions("x", GOOD + REFUSAL).questions
    assert (answer.has_answer, refusal.has_answer) == (True, False)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (GOOD.replace("passages = 5", "passages = 0"), "passages"),
        (GOOD.replace("recall = 0.9", "recall = 1.1"), "thresholds.en.recall"),
        (GOOD.replace("mrr = 0.7\n", ""), "thresholds.en.mrr"),
        (GOOD.replace('facts = [["34 days"]]', "facts = [[]]"), "questions.0.facts.0"),
        (GOOD.replace('facts = [["34 days"]]', "facts = []"), "an answer has both"),
        (GOOD.replace('documents = ["returns.md"]', "documents = []"), "a refusal has neither"),
        (GOOD.replace('"en"', '"ja"'), "the questions with an answer are in ['ja']"),
        (GOOD.replace("[thresholds.en]", "[thresholds.fr]"), "thresholds.fr"),
        (GOOD + REFUSAL.replace('"none"', '"window"'), "stands here twice"),
        (GOOD.replace("question =", "query ="), "questions.0.query"),
        ("passages = ", "is not TOML"),
    ],
)
def test_what_is_wrong_is_told_with_its_field(changed, told):
    with pytest.raises(ConfigError) as refused:
        parse_questions("x", changed)
    assert told in str(refused.value)


def test_a_set_that_is_not_there_names_those_that_are():
    with pytest.raises(ConfigError, match=r"\['handbook'\]"):
        load_questions("nothing")


@pytest.fixture(scope="module")
def handbook() -> QuestionSet:
    return load_questions("handbook")


def test_the_handbook_is_asked_at_least_sixty_questions_in_both_languages(handbook):
    languages = [each.language for each in handbook.questions]
    assert len(languages) >= 60
    assert min(languages.count("en"), languages.count("ja")) >= 15


def test_every_document_of_the_handbook_that_a_question_names_is_there(handbook):
    folder = REPOSITORY / "samples" / "handbook"
    named = {name for each in handbook.questions for name in each.documents}
    assert [name for name in sorted(named) if not (folder / name).is_file()] == []
