"""The metrics of a knowledge base, by hand-made examples."""

from math import log2

import pytest

from config.question_set import Question
from operate.knowledge.judge import judge, measured
from operate.knowledge.passages import Found, Passage
from operate.knowledge.words import is_supported, says, sentences
from operate.statistics import bootstrap, percentile


def question(*documents: str, facts: tuple = (("34 days", "thirty-four days"),)) -> Question:
    return Question(id="q", language="en", question="?", documents=documents, facts=facts)


def found(*documents: str, text: str = "It is 34 days.") -> Found:
    return Found(tuple(Passage(f"s3://bucket/hand/{name}", text) for name in documents), 0.5)


@pytest.mark.parametrize(
    ("documents", "rank", "recall", "mrr", "ndcg"),
    [
        (("a.md", "b.md"), 1, 1.0, 1.0, 1.0),
        (("b.md", "b.md", "a.md"), 3, 1.0, 1 / 3, 1 / log2(4)),
        (("b.md",), None, 0.0, 0.0, 0.0),
        ((), None, 0.0, 0.0, 0.0),
    ],
)
def test_a_question_is_judged_by_where_its_document_stands(documents, rank, recall, mrr, ndcg):
    outcome = judge(question("a.md"), found(*documents))
    assert (outcome.rank, outcome.recall) == (rank, recall)
    assert (outcome.mrr, outcome.ndcg) == pytest.approx((mrr, ndcg))


def test_of_two_right_documents_each_counts_once_and_the_best_order_is_1():
    assert judge(question("a.md", "b.md"), found("a.md", "b.md")).ndcg == pytest.approx(1.0)
    late = judge(question("a.md", "b.md"), found("a.md", "a.md", "b.md"))
    assert late.ndcg == pytest.approx((1 + 1 / log2(4)) / (1 + 1 / log2(3)))


def test_a_document_is_named_by_the_end_of_its_key_and_never_by_half_a_name():
    passage = Passage("s3://bucket/handbook/en/returns.md", "")
    assert passage.is_of("returns.md") and passage.is_of("en/returns.md")
    assert not passage.is_of("turns.md")


def test_facts_need_not_stand_in_the_right_document_but_all_of_them_must_be_there():
    both = question("a.md", facts=(("34 days",), ("60 km",)))
    assert judge(both, found("b.md", text="34 days or 60 km")).facts == 1.0
    assert judge(both, found("a.md", text="34 days")).facts == 0.0


@pytest.mark.parametrize(
    ("text", "spelling", "is_said"),
    [
        ("It takes 34  DAYS.", "34 days", True),
        ("１７時３０分まで", "17時30分", True),
        ("134 days", "34 days", False),
        ("1900 cycles", "900", False),
        ("900回です", "900", True),
        ("yesterday", "yes", False),
        ("it is $26.", "$26", True),
    ],
)
def test_a_fact_is_said_whatever_its_width_and_case_and_never_by_part_of_a_number(
    text, spelling, is_said
):
    assert says(text, [spelling]) is is_said


def test_sentences_end_in_both_languages_and_not_within_a_number():
    assert len(sentences("It costs 2.5 dollars. It is red!\n- 。")) == 2
    assert len(sentences("返金は三十日以内です。送料は無料です。")) == 2


def test_a_sentence_is_supported_by_one_passage_and_not_by_bits_of_several():
    assert is_supported("The window is 34 days.", ["The refund window is 34 days long."])
    assert not is_supported("The moon is made of cheese.", ["The refund window is 34 days long."])
    assert not is_supported("red bicycles fly high", ["red bicycles", "fly high"])


def test_a_mean_over_no_question_at_all_is_impossible_and_one_over_some_has_its_interval():
    outcomes = [judge(question("a.md"), found("a.md")), judge(question("a.md"), found("b.md"))]
    recall = measured(outcomes)["recall"]
    assert recall.value == 0.5
    assert recall.low == pytest.approx(0.0945, abs=1e-3)
    assert recall.high == pytest.approx(0.9055, abs=1e-3)


def test_the_bootstrap_is_the_same_for_the_same_values_and_holds_their_mean():
    values = [0.0, 1.0, 0.5, 1.0, 1.0]
    low, high = bootstrap(values)
    assert bootstrap(values) == (low, high)
    assert low < 0.7 < high


@pytest.mark.parametrize(("percent", "value"), [(50, 2.0), (95, 4.0), (100, 4.0)])
def test_a_percentile_is_a_value_that_was_measured(percent, value):
    assert percentile([4.0, 1.0, 3.0, 2.0], percent) == value
