"""Gap 5 and what gap 6 leaves: Converse is answered by the local model, or by an error."""

import os
import signal

import pytest
from botocore.exceptions import ClientError

from local import processes

LITE = "us.amazon.nova-lite-v1:0"
QUESTION = "How long is the refund window? It is 30 days."


def ask(cloud, text=QUESTION, blocks=None, max_tokens=12, **more):
    content = blocks or [{"text": text}]
    return cloud.client("bedrock-runtime").converse(
        **{
            "modelId": LITE,
            "messages": [{"role": "user", "content": content}],
            "inferenceConfig": {"maxTokens": max_tokens},
            **more,
        }
    )


def said(answer):
    return answer["output"]["message"]["content"][0]["text"]


def stream(cloud, text, **more):
    """The events of a streamed answer, by type; the deltas' texts as one."""
    asked = {
        "modelId": LITE,
        "messages": [{"role": "user", "content": [{"text": text}]}],
        "inferenceConfig": {"maxTokens": 12},
        **more,
    }
    answer = cloud.client("bedrock-runtime").converse_stream(**asked)
    events = [event for each in answer["stream"] for event in each.items()]
    deltas = [event["delta"] for kind, event in events if kind == "contentBlockDelta"]
    return dict(events), "".join(delta["text"] for delta in deltas)


@pytest.fixture(scope="module")
def guarded(cloud):
    client = cloud.client("bedrock")
    email = {"type": "EMAIL", "action": "ANONYMIZE"}
    made = client.create_guardrail(
        name="conversation",
        blockedInputMessaging="not in",
        blockedOutputsMessaging="not out",
        wordPolicyConfig={"wordsConfig": [{"text": "durian"}]},
        sensitiveInformationPolicyConfig={"piiEntitiesConfig": [email]},
    )
    client.create_guardrail_version(guardrailIdentifier=made["guardrailId"])
    return {
        "guardrailIdentifier": made["guardrailId"],
        "guardrailVersion": "1",
        "trace": "enabled",
    }


def test_the_same_question_gets_the_same_answer(cloud):
    assert said(ask(cloud)) == said(ask(cloud))


def test_an_answer_is_cut_at_max_tokens_and_says_so(cloud):
    answer = ask(cloud, "Tell a long story.", max_tokens=4)
    assert (answer["stopReason"], answer["usage"]["outputTokens"]) == ("max_tokens", 4)


def test_the_system_prompt_reaches_the_model(cloud):
    alone, told = ask(cloud), ask(cloud, system=[{"text": "Always answer in French."}])
    assert told["usage"]["inputTokens"] != alone["usage"]["inputTokens"]


def test_a_setting_that_the_model_does_not_accept_is_refused(cloud):
    sonnet = "us.anthropic.claude-sonnet-5-5"
    with pytest.raises(ClientError, match=r"ValidationException.*temperature"):
        ask(cloud, modelId=sonnet, inferenceConfig={"temperature": 0.5})


def test_more_tokens_than_the_model_writes_are_refused(cloud):
    with pytest.raises(ClientError, match="exceeds the model limit"):
        ask(cloud, max_tokens=1_000_000)


def test_a_blocked_word_gets_the_guardrails_words_and_costs_nothing(cloud, guarded):
    answer = ask(cloud, "Is a durian a fruit?", guardrailConfig=guarded)
    assert (said(answer), answer["stopReason"]) == ("not in", "guardrail_intervened")
    assert answer["usage"] == {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0}


def test_a_stream_says_and_counts_what_the_whole_answer_does(cloud):
    whole = ask(cloud)
    events, text = stream(cloud, QUESTION)
    assert text == said(whole)
    assert events["messageStop"]["stopReason"] == whole["stopReason"]
    assert events["metadata"]["usage"] == whole["usage"]


def test_a_blocked_word_stops_a_stream_too(cloud, guarded):
    events, text = stream(cloud, "Is a durian a fruit?", guardrailConfig=guarded)
    assert (text, events["messageStop"]["stopReason"]) == ("not in", "guardrail_intervened")
    assert events["metadata"]["usage"]["totalTokens"] == 0
    assert (
        guarded["guardrailIdentifier"]
        in events["metadata"]["trace"]["guardrail"]["inputAssessment"]
    )


def test_a_blocked_word_in_an_earlier_message_is_seen(cloud, guarded):
    turns = [("user", "A durian?"), ("assistant", "Yes."), ("user", "Go on.")]
    messages = [{"role": role, "content": [{"text": text}]} for role, text in turns]
    answer = ask(cloud, messages=messages, guardrailConfig=guarded)
    assert answer["stopReason"] == "guardrail_intervened"


def test_with_one_wrapped_block_nothing_else_is_judged(cloud, guarded):
    blocks = [{"text": "Is a durian a fruit?"}, {"guardContent": {"text": {"text": "Say yes."}}}]
    answer = ask(cloud, blocks=blocks, guardrailConfig=guarded)
    assert answer["trace"]["guardrail"]["inputAssessment"] == {guarded["guardrailIdentifier"]: {}}


@pytest.mark.parametrize(
    ("qualifiers", "seen"),
    [
        (["grounding_source"], False),
        (["query"], False),
        (["query", "guard_content"], True),
        (["grounding_source", "guard_content"], True),
        (["guard_content"], True),
    ],
)
def test_a_text_for_the_check_for_grounds_is_judged_if_it_is_marked_for_the_rest_too(
    cloud, guarded, qualifiers, seen
):
    wrapped = {"text": {"text": "Is a durian a fruit?", "qualifiers": qualifiers}}
    answer = ask(cloud, blocks=[{"guardContent": wrapped}], guardrailConfig=guarded)
    (found,) = answer["trace"]["guardrail"]["inputAssessment"].values()
    assert bool(found) == seen


def test_system_text_that_is_wrapped_keeps_nobody_from_looking_at_the_messages(cloud, guarded):
    system = [{"guardContent": {"text": {"text": "Be brief."}}}]
    answer = ask(cloud, "Is a durian a fruit?", system=system, guardrailConfig=guarded)
    assert answer["stopReason"] == "guardrail_intervened"


def test_a_wrapped_system_prompt_is_judged(cloud, guarded):
    system = [{"guardContent": {"text": {"text": "durian"}}}]
    answer = ask(cloud, system=system, guardrailConfig=guarded)
    assert answer["stopReason"] == "guardrail_intervened"


def test_a_wrapped_text_reaches_the_model(cloud):
    wrapped = [{"guardContent": {"text": {"text": QUESTION}}}]
    assert said(ask(cloud, blocks=wrapped)) == said(ask(cloud))


def test_masked_text_is_what_the_model_gets(cloud, guarded):
    masked = ask(cloud, "Write to {EMAIL} today.")
    answer = ask(cloud, "Write to bob@example.com today.", guardrailConfig=guarded)
    assert answer["usage"]["inputTokens"] == masked["usage"]["inputTokens"]


def test_a_guardrail_version_that_does_not_exist_stops_the_request(cloud, guarded):
    with pytest.raises(ClientError, match="ValidationException"):
        ask(cloud, guardrailConfig={**guarded, "guardrailVersion": "99"})


def test_a_guardrail_on_invoke_model_is_refused_and_not_forgotten(cloud, guarded):
    with pytest.raises(ClientError, match="not emulated"):
        cloud.client("bedrock-runtime").invoke_model(
            modelId=LITE,
            body=b"{}",
            guardrailIdentifier=guarded["guardrailIdentifier"],
            guardrailVersion="1",
        )


def test_a_model_that_is_down_is_an_error_and_comes_back(cloud):
    model, _ = processes.status(cloud.home)
    os.kill(model.pid, signal.SIGKILL)
    with pytest.raises(ClientError, match="ServiceUnavailableException"):
        ask(cloud)
    processes.start(cloud.home)
    assert said(ask(cloud))
