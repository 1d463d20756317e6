"""A streamed conversation against a scripted AWS: what is told, in which order, and how it ends."""

import json
from typing import Any

import examples
import pytest
from scripted import ScriptedAws, converse_reply, stream_reply
from test_chat import BLOCKED, FINE, QUESTION, TOOL, USE, added
from verdicts import masked

from gateway import chat, edge
from gateway.aws import AwsError, TimedOut, Unreachable, UpstreamFailure
from gateway.breaker import Breakers
from gateway.failures import ClientGone

START = {"messageStart": {"role": "assistant"}}
STOP = {"contentBlockStop": {"contentBlockIndex": 0}}
METADATA = {
    "metadata": {
        "usage": {"inputTokens": 11, "outputTokens": 4, "totalTokens": 15},
        "metrics": {"latencyMs": 1},
    }
}


def said(text: str) -> dict[str, Any]:
    return {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": text}}}


def ended(reason: str) -> dict[str, Any]:
    return {"messageStop": {"stopReason": reason}}


def streaming(*replies: Any, **script: Any) -> ScriptedAws:
    return ScriptedAws({"ConverseStream": list(replies), "UpdateItem": [{}, {}], **script})


def respond(aws: ScriptedAws, breakers: Breakers | None = None, **fields: Any) -> edge.Answer:
    event = examples.event("chat")
    body = {"model": "chat-default", "messages": [QUESTION], "stream": True, **fields}
    event["body"] = json.dumps(body)
    return chat.answer(
        event,
        examples.Context(),
        settings=examples.settings(),
        upstream=aws,
        breakers=breakers or Breakers(),
    )


def told(aws: ScriptedAws, **fields: Any) -> list[Any]:
    """Every event's data, parsed; `[DONE]` as it is."""
    answer = respond(aws, **fields)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/event-stream")
    return parsed(b"".join(answer.chunks))


def parsed(stream: bytes) -> list[Any]:
    events = stream.decode().removesuffix("\n\n").split("\n\n")
    data = [event.removeprefix("data: ") for event in events]
    return [each if each == "[DONE]" else json.loads(each) for each in data]


def text_of(events: list[Any]) -> str:
    chunks = [event for event in events if event != "[DONE]" and event.get("choices")]
    return "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks)


def line(capsys: Any) -> dict[str, Any]:
    """The request's own line of the log."""
    lines = [json.loads(each) for each in capsys.readouterr().out.splitlines()]
    found: dict[str, Any] = next(each for each in lines if each["event"] == "request")
    return found


def test_tells_each_piece_as_a_chunk_and_ends_with_done():
    events = told(streaming(stream_reply(["34", " days."], tokens=(11, 4))))
    assert text_of(events) == "34 days."
    assert events[0]["object"] == "chat.completion.chunk"
    assert events[0]["choices"][0]["delta"]["role"] == "assistant"
    assert events[-2]["choices"][0]["finish_reason"] == "stop"
    assert events[-1] == "[DONE]"
    assert len({event["id"] for event in events[:-1]}) == 1


def test_each_piece_is_a_chunk_of_its_own():
    answer = respond(streaming(stream_reply(["34", " days."])))
    assert sum(b'"content":"' in chunk for chunk in answer.chunks) == 3  # the first one is empty


def test_says_the_usage_when_asked():
    options = {"include_usage": True}
    events = told(streaming(stream_reply(["34"], tokens=(11, 4))), stream_options=options)
    assert events[-2]["choices"] == []
    assert events[-2]["usage"]["prompt_tokens"] == 11
    assert all(event["usage"] is None for event in events[:-2])


def test_asks_the_guardrail_to_judge_before_a_word_leaves():
    aws = streaming(stream_reply(["34"]))
    told(aws)
    assert aws.requests("ConverseStream")[0]["guardrailConfig"] == {
        "guardrailIdentifier": "gr1",
        "guardrailVersion": "7",
        "streamProcessingMode": "sync",
    }


def test_settles_what_the_model_counted():
    aws = streaming(stream_reply(["34"], tokens=(1_000, 100)))
    told(aws)
    assert added(aws.requests("UpdateItem")[-1])["spent_micro_usd"] == 84


def test_an_intervention_is_a_content_filter(capsys):
    events = told(streaming(stream_reply(["Blocked."], stop="guardrail_intervened")))
    assert events[-2]["choices"][0]["finish_reason"] == "content_filter"
    assert line(capsys)["outcome"] == "blocked"


BEFORE_A_WORD = {
    "at the call": AwsError(503, "ServiceUnavailableException"),
    "before the first event": [Unreachable("the connection failed")],
    "before the first word": [START, AwsError(429, "ThrottlingException")],
    "an end without a word": [START],
}


@pytest.mark.parametrize("failure", BEFORE_A_WORD)
def test_the_next_model_tells_what_the_first_could_not_begin(failure):
    aws = streaming(BEFORE_A_WORD[failure], stream_reply(["34 days."]))
    answer = respond(aws)
    assert answer.headers["x-strata-model"] == examples.CLAUDE["id"]
    assert text_of(parsed(b"".join(answer.chunks))) == "34 days."


@pytest.mark.parametrize("failure", BEFORE_A_WORD)
def test_no_model_that_begins_is_an_ordinary_error(failure):
    answer = respond(streaming(BEFORE_A_WORD[failure], BEFORE_A_WORD[failure]))
    assert answer.status in (429, 502)
    assert answer.headers["content-type"] == "application/json"


BROKEN_OFF = {
    "an exception": AwsError(429, "ThrottlingException", detail="arn:aws:x"),
    "a cut": Unreachable("the connection failed", detail="10.0.0.1:443"),
    "a stall": TimedOut("no answer in time"),
    "a bad checksum": UpstreamFailure("AWS sent an event that cannot be read"),
}


@pytest.mark.parametrize("failure", BROKEN_OFF)
def test_a_stream_that_breaks_off_says_so_and_is_never_done(failure, capsys):
    events = told(streaming([START, said("34"), BROKEN_OFF[failure]]))
    assert text_of(events[:-1]) == "34"
    assert set(events[-1]["error"]) == {"message", "type", "param", "code"}
    assert "[DONE]" not in events
    log = capsys.readouterr().out
    assert "arn:" not in log + json.dumps(events)


def test_an_end_without_a_reason_is_an_error():
    events = told(streaming([START, said("34"), STOP]))
    assert events[-1]["error"]["code"] == "bad_gateway"


def test_an_unknown_reason_is_an_error():
    events = told(streaming([START, said("34"), STOP, ended("malformed_model_output"), METADATA]))
    assert events[-1]["error"]["code"] == "bad_gateway"


def test_what_was_said_before_a_break_is_paid_for(capsys):
    aws = streaming([START, said("34 days. " * 40), Unreachable("the connection failed")])
    told(aws)
    assert added(aws.requests("UpdateItem")[-1])["spent_micro_usd"] > 0
    assert line(capsys)["usage_estimated"] is True


def test_a_break_after_the_reason_to_stop_loses_nothing_of_the_answer(capsys):
    whole = [START, said("34"), STOP, ended("end_turn"), Unreachable("the connection failed")]
    events = told(streaming(whole))
    assert events[-1] == "[DONE]"
    assert line(capsys)["usage_estimated"] is True


def test_a_break_counts_against_the_model():
    breakers = Breakers()
    for _ in range(5):
        aws = streaming([START, said("34"), Unreachable("the connection failed")])
        b"".join(respond(aws, breakers, model="plain").chunks)
    assert breakers.of(examples.NOVA["id"]).is_open()


def test_a_caller_that_goes_away_ends_the_models_stream_and_pays(capsys):
    aws = streaming(stream_reply(["34", " days."]))
    chunks = iter(respond(aws).chunks)
    next(chunks), next(chunks)
    chunks.close()  # type: ignore[attr-defined]
    assert aws.streams[0].closed
    assert "spent_micro_usd" in added(aws.requests("UpdateItem")[-1])
    assert line(capsys)["outcome"] == "cancelled"


def test_a_caller_that_goes_away_before_the_first_chunk_pays_too():
    aws = streaming(stream_reply(["34", " days."]))
    respond(aws).chunks.close()  # type: ignore[attr-defined]
    assert aws.streams[0].closed
    assert len(aws.requests("UpdateItem")) == 2


def test_a_caller_that_is_found_gone_while_the_model_is_silent_ends_it(capsys):
    aws = streaming([START, said("34"), ClientGone()])
    b"".join(respond(aws).chunks)
    assert aws.streams[0].closed
    assert line(capsys)["outcome"] == "cancelled"


def calling() -> list[dict[str, Any]]:
    start = {name: USE["toolUse"][name] for name in ("toolUseId", "name")}
    at = {"contentBlockIndex": 0}
    pieces = ('{"city": ', '"Kyoto"}')
    deltas = [
        {"contentBlockDelta": {**at, "delta": {"toolUse": {"input": piece}}}} for piece in pieces
    ]
    begun = {"contentBlockStart": {**at, "start": {"toolUse": start}}}
    return [START, begun, *deltas, STOP, ended("tool_use"), METADATA]


def test_a_tool_call_is_told_once_the_guardrail_has_seen_it(tools_taken):
    aws = streaming(calling(), ApplyGuardrail=[FINE, FINE])
    events = told(aws, tools=[TOOL])
    calls = [e["choices"][0]["delta"].get("tool_calls") for e in events[:-1] if e["choices"]]
    pieces = [call[0] for call in calls if call]
    assert (pieces[0]["id"], pieces[0]["function"]["name"]) == ("call-1", "weather")
    arguments = "".join(piece["function"]["arguments"] for piece in pieces)
    assert json.loads(arguments) == {"city": "Kyoto"}
    assert events[-2]["choices"][0]["finish_reason"] == "tool_calls"
    assert "Kyoto" in str(aws.requests("ApplyGuardrail")[1])


def test_a_tool_call_without_arguments_is_an_empty_object(tools_taken):
    events = [event for event in calling() if "contentBlockDelta" not in event]
    chunks = told(streaming(events, ApplyGuardrail=[FINE, FINE]), tools=[TOOL])
    assert '"arguments": "{}"' in json.dumps(chunks)


def test_a_blocked_tool_call_is_never_told(tools_taken, capsys):
    aws = streaming(calling(), ApplyGuardrail=[FINE, BLOCKED])
    events = told(aws, tools=[TOOL])
    assert "Kyoto" not in json.dumps(events)
    assert text_of(events) == "Blocked."
    assert events[-2]["choices"][0]["finish_reason"] == "content_filter"
    assert line(capsys)["outcome"] == "blocked"


def test_a_guardrail_that_cannot_be_asked_about_a_call_ends_the_stream(tools_taken):
    failing = AwsError(500, "InternalServerException")
    events = told(streaming(calling(), ApplyGuardrail=[FINE, failing]), tools=[TOOL])
    assert events[-1]["error"]["code"] == "bad_gateway"
    assert "Kyoto" not in json.dumps(events)


def test_a_blocked_request_is_told_as_a_stream_and_costs_nothing(tools_taken):
    aws = ScriptedAws({"ApplyGuardrail": [BLOCKED], "UpdateItem": [{}, {}]})
    events = told(aws, tools=[TOOL])
    assert text_of(events) == "Blocked."
    assert events[-2]["choices"][0]["finish_reason"] == "content_filter"
    assert added(aws.requests("UpdateItem")[-1])["spent_micro_usd"] == 0


def test_the_documents_are_cited_before_the_end():
    found = [examples.passage("handbook/returns.md", "The refund window is 34 days.")]
    aws = streaming(
        stream_reply(["34 days."]),
        Retrieve=[{"retrievalResults": found}],
        ApplyGuardrail=[FINE],
    )
    events = told(aws, model="docs-assistant")
    cited = next(event for event in events[:-1] if "x_strata" in event)
    assert cited["x_strata"]["citations"][0]["document"] == "handbook/returns.md"
    annotation = cited["choices"][0]["delta"]["annotations"][0]["url_citation"]
    assert (annotation["url"], annotation["end_index"]) == ("handbook/returns.md", len("34 days."))


def test_a_model_that_cannot_stream_is_told_as_if_it_could(monkeypatch):
    silent = {**examples.NOVA, "accepts": ["system"]}
    aliases = {
        **examples.DECLARED["aliases"],
        "plain": {**examples.ALIAS, "targets": [silent]},
    }
    monkeypatch.setattr(examples, "DECLARED", {**examples.DECLARED, "aliases": aliases})
    aws = ScriptedAws({"Converse": [converse_reply("34 days.")], "UpdateItem": [{}, {}]})
    events = told(aws, model="plain")
    assert text_of(events) == "34 days."
    assert events[-1] == "[DONE]"


REASONED = {
    "contentBlockDelta": {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "hm"}}}
}


def test_reasoning_is_not_shown_behind_a_guardrail_that_does_not_look_at_it():
    body = {"model": "chat-default", "max_tokens": 9, "messages": [QUESTION], "stream": True}
    event = {**examples.event("chat"), "resource": "/v1/messages", "body": json.dumps(body)}
    aws = streaming([START, REASONED, STOP, said("34"), STOP, ended("end_turn"), METADATA])
    answer = chat.answer(
        event,
        examples.Context(),
        settings=examples.settings(),
        upstream=aws,
        breakers=Breakers(),
    )
    assert b"hm" not in b"".join(answer.chunks)


def test_the_first_words_time_is_in_the_log(capsys):
    told(streaming(stream_reply(["34"])))
    assert line(capsys)["time_to_first_token_ms"] >= 0


def test_from_its_first_word_on_a_stream_has_all_of_the_requests_time():
    aws = streaming(stream_reply(["34"]))
    told(aws)
    assert aws.streams[0].deadline > aws.streams[0].given


def spent(aws: ScriptedAws) -> int:
    return added(aws.requests("UpdateItem")[-1])["spent_micro_usd"]


def reserved(aws: ScriptedAws) -> int:
    return added(aws.requests("UpdateItem")[0])["committed_micro_usd"]


IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 8_000}}


def test_an_image_is_not_paid_for_by_its_base64(monkeypatch):
    seeing = {**examples.NOVA, "accepts": [*examples.NOVA["accepts"], "images"]}
    plain = {**examples.ALIAS, "targets": [seeing]}
    aliases = {**examples.DECLARED["aliases"], "plain": plain}
    monkeypatch.setattr(examples, "DECLARED", {**examples.DECLARED, "aliases": aliases})
    aws = streaming([START, said("34"), Unreachable("the connection failed")])
    asked = [{"role": "user", "content": [{"type": "text", "text": "What is it?"}, IMAGE]}]
    told(aws, model="plain", messages=asked)
    assert 0 < spent(aws) < reserved(aws)


@pytest.mark.parametrize("text", ["words " * 2_000, "漢字" * 1_000])
def test_what_is_estimated_is_never_more_than_was_reserved(text):
    aws = streaming([START, said(text), Unreachable("the connection failed")])
    told(aws, model="plain")
    assert 0 < spent(aws) <= reserved(aws)


def test_arguments_and_reasoning_are_paid_for_as_well(tools_taken):
    long = {
        "contentBlockDelta": {"contentBlockIndex": 0, "delta": {"toolUse": {"input": "x" * 400}}}
    }
    begun = calling()[1]
    aws = streaming([START, begun, long, Unreachable("cut")], ApplyGuardrail=[FINE])
    told(aws, tools=[TOOL])
    assert added(aws.requests("UpdateItem")[-1])["output_tokens"] == 100


@pytest.mark.parametrize("usage", [{}, {"inputTokens": 5}, {"inputTokens": 5, "outputTokens": "x"}])
def test_counts_that_are_none_are_estimated(usage, capsys):
    # A callable returns what AWS never would.
    aws = streaming(
        [START, said("34"), STOP, ended("end_turn"), lambda _: {"metadata": {"usage": usage}}]
    )
    assert told(aws)[-1] == "[DONE]"
    assert line(capsys)["usage_estimated"] is True


def test_a_guardrail_that_fails_is_not_the_models_failure(tools_taken):
    breakers, busy = Breakers(), AwsError(429, "ThrottlingException")
    for _ in range(5):
        aws = streaming(calling(), ApplyGuardrail=[FINE, busy])
        b"".join(respond(aws, breakers, tools=[TOOL]).chunks)
    assert not breakers.of(examples.NOVA["id"]).is_open()


def test_a_masked_tool_call_is_told_as_it_is_masked(tools_taken):
    hidden = json.dumps({"toolUse": {**USE["toolUse"], "input": {"city": "{CITY}"}}})
    masking = masked(hidden)
    events = told(streaming(calling(), ApplyGuardrail=[FINE, masking]), tools=[TOOL])
    assert "Kyoto" not in json.dumps(events)
    assert "{CITY}" in json.dumps(events)
    assert events[-2]["choices"][0]["finish_reason"] == "tool_calls"


def test_a_call_that_never_ends_is_an_answer_that_broke_off(tools_taken):
    cut = [event for event in calling() if "contentBlockStop" not in event]
    events = told(streaming(cut, ApplyGuardrail=[FINE]), tools=[TOOL])
    assert events[-1]["error"]["code"] == "bad_gateway"
