"""ApplyGuardrail's answers: what passes, what is masked, what is blocked, and what is no answer."""

import contextlib
import json
import time
from typing import Any

import examples
import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdicts import FINE, blocked, masked

from gateway.aws import AwsError, TimedOut, UpstreamFailure
from gateway.settings import Guardrail, parse
from gateway.verdict import Verdict, judge

OURS = Guardrail("gr1", "7")


class Answering:
    """An `Upstream` of which only ApplyGuardrail is asked."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.calls = answer, []

    def apply_guardrail(self, id: str, version: str, request: Any, deadline: float) -> Any:
        self.calls.append((id, version, request))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def judged(answer: Any, *texts: str, guardrail: Guardrail | None = OURS) -> Verdict | None:
    return judge("INPUT", texts, guardrail, Answering(answer), time.monotonic() + 1)


def test_what_the_guardrail_has_nothing_against_passes():
    assert judged(FINE, "a", "b") is None


def test_it_is_asked_by_its_id_and_number_for_every_text_at_once():
    aws = Answering(FINE)
    judge("OUTPUT", ["a", "b"], OURS, aws, 0.0)
    content = [{"text": {"text": "a"}}, {"text": {"text": "b"}}]
    assert aws.calls == [("gr1", "7", {"source": "OUTPUT", "content": content})]


def test_nothing_to_judge_or_to_judge_with_costs_no_call():
    aws = Answering(AssertionError())
    assert judge("INPUT", [], OURS, aws, 0.0) is None
    assert judge("INPUT", ["a"], None, aws, 0.0) is None


def test_masked_texts_come_in_the_place_of_what_they_were():
    assert judged(masked("{EMAIL}", "b"), "jane@example.com", "b") == (False, ["{EMAIL}", "b"])


def test_a_block_is_no_mask_though_it_has_one_text_as_well():
    assert judged(blocked("No."), "Project Nightjar") == (True, ["No."])


def test_masked_texts_of_another_number_are_none_that_could_be_used():
    found = judged(masked("{EMAIL}"), "jane@example.com", "b")
    assert found is not None and found.blocked


def test_one_block_among_masks_blocks_it_all():
    both = {**masked("{EMAIL}"), "assessments": masked("x")["assessments"]}
    both["assessments"] = [*both["assessments"], *blocked()["assessments"]]
    found = judged(both, "jane@example.com of Project Nightjar")
    assert found is not None and found.blocked


@pytest.mark.parametrize("action", ["DENIED", "MASK", ""])
def test_a_finding_that_does_what_nobody_knows_is_a_block(action):
    text = json.dumps(masked("{EMAIL}")).replace("ANONYMIZED", action)
    found = judged(json.loads(text), "jane@example.com")
    assert found is not None and found.blocked


NO_ANSWERS = {
    "nothing": {},
    "no object": [],
    "null": None,
    "an action that nobody knows": {**FINE, "action": "ALLOWED"},
    "an action in other letters": {**FINE, "action": "none"},
    "no action": {**FINE, "action": None},
    "an action that is no text": {**FINE, "action": ["NONE"]},
    "an intervention without outputs": {"action": "GUARDRAIL_INTERVENED"},
    "outputs that are no list": {"action": "GUARDRAIL_INTERVENED", "outputs": 3},
    "outputs without text": {"action": "GUARDRAIL_INTERVENED", "outputs": [{}]},
    "a text that is none": {"action": "GUARDRAIL_INTERVENED", "outputs": [{"text": None}]},
}


@pytest.mark.parametrize("answer", NO_ANSWERS)
def test_what_is_no_answer_lets_nothing_pass(answer):
    with pytest.raises(UpstreamFailure):
        judged(NO_ANSWERS[answer], "a")


@pytest.mark.parametrize("failure", [TimedOut("x"), AwsError(403, "AccessDeniedException")])
def test_a_failure_is_raised_as_it_is(failure):
    with pytest.raises(type(failure)):
        judged(failure, "a")


@given(
    st.dictionaries(
        st.sampled_from(["action", "outputs", "assessments", "usage"]),
        st.recursive(
            st.none() | st.integers() | st.sampled_from(["NONES", "ANONYMIZED", "BLOCKED", ""]),
            lambda each: (
                st.lists(each, max_size=2)
                | st.dictionaries(st.sampled_from(["text", "action", "x"]), each, max_size=2)
            ),
            max_leaves=5,
        ),
    )
)
def test_nothing_but_the_word_none_lets_a_text_pass(answer):
    with contextlib.suppress(UpstreamFailure):
        assert judged(answer, "a") is not None


@pytest.mark.parametrize("version", ["DRAFT", "", "0", "07", "-1", "1.0", "latest", "1 ", "٣"])
def test_a_function_that_was_deployed_without_a_numbered_version_answers_nobody(version):
    deployed = {**examples.DEPLOYED, "guardrails": {"standard": ["gr1", version]}}
    with pytest.raises(ValueError, match="want a number"):
        parse(examples.DECLARED, deployed)


def test_nor_without_the_guardrails_id():
    deployed = {**examples.DEPLOYED, "guardrails": {"standard": ["", "7"]}}
    with pytest.raises(ValueError, match="want a number"):
        parse(examples.DECLARED, deployed)
