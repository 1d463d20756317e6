"""A whole response: what OpenAI's own types say of it, and what it says of the answer."""

import json
from typing import Any

import converse_answers as answers
from hypothesis import given, settings
from openai.types.responses import Response

from gateway import responses
from gateway.dialect import Head
from gateway.errors import throttled
from gateway.grounds import Shown
from gateway.knowledge import Passage
from gateway.settings import Price, Target

NOVA = Target(
    id="us.amazon.nova-lite-v1:0",
    owned_by="Amazon",
    accepts=frozenset(),
    reasoning_effort=None,
    embedding=None,
    price=Price(1, 1, 1, 1),
    long=None,
    arn="arn",
)
PASSAGE = Passage("handbook/returns.md", 0.83, "34 days.", 1, None)


def head(**fields: Any) -> Head:
    body = {"model": "chat-default", "input": "Hello", **fields}
    responses.SHAPE.check("", body)
    return Head("req-1", 1_700_000_000, NOVA, responses.parse(body))


def response(body: dict[str, Any]) -> Response:
    """As it arrives, judged by OpenAI's types and not only read by them."""
    return Response.model_validate(json.loads(json.dumps(body)), strict=True)


def worded(*content: dict[str, Any], stop: str = "end_turn", **usage: int) -> Response:
    return response(responses.whole(head(), answers.answer(*content, stop=stop, **usage), Shown()))


@settings(deadline=None, derandomize=True)
@given(answers.answers, answers.passages)
def test_every_answer_is_a_response_of_openais(told, passages):
    read = response(responses.whole(head(), told, Shown(passages, False)))
    texts = [block["text"] for block in told["output"]["message"]["content"] if "text" in block]
    assert read.output_text == "".join(texts)


def test_a_text_is_a_message():
    read = worded({"text": "34 days."})
    assert (read.status, read.model, read.incomplete_details) == ("completed", NOVA.id, None)
    [message] = read.output
    assert (message.type, message.role, message.status) == ("message", "assistant", "completed")
    assert [part.text for part in message.content] == ["34 days."]


def test_a_call_is_an_item_with_its_arguments_as_text():
    use = {"toolUseId": "tooluse_1", "name": "weather", "input": {"city": "Zürich"}}
    message, call = worded({"text": "Let me see."}, {"toolUse": use}, stop="tool_use").output
    assert message.type == "message"
    assert (call.type, call.call_id, call.name) == ("function_call", "tooluse_1", "weather")
    assert call.arguments == '{"city": "Zürich"}'
    assert call.status == "completed"


def test_items_have_names_of_their_own():
    ids = [item.id for item in worded(*({"text": "a"}, {"text": "b"}) * 2).output]
    assert len(set(ids)) == 4


def test_reasoning_is_not_shown():
    hidden = {"reasoningContent": {"reasoningText": {"text": "Let me think."}}}
    assert "think" not in worded(hidden, {"text": "34"}).model_dump_json()


def test_a_limit_leaves_the_last_item_incomplete():
    read = worded({"text": "a"}, {"text": "b"}, stop="max_tokens")
    assert (read.status, read.incomplete_details.reason) == ("incomplete", "max_output_tokens")
    assert [item.status for item in read.output] == ["completed", "incomplete"]


def test_an_intervention_is_a_content_filter():
    read = worded({"text": "Blocked."}, stop="guardrail_intervened")
    assert (read.status, read.incomplete_details.reason) == ("incomplete", "content_filter")
    assert read.output_text == "Blocked."


def test_the_input_counts_what_the_cache_had_in_it():
    usage = worded({"text": "a"}, cacheReadInputTokens=100, cacheWriteInputTokens=20).usage
    assert (usage.input_tokens, usage.output_tokens, usage.total_tokens) == (130, 5, 135)
    assert usage.input_tokens_details.cached_tokens == 100
    assert usage.input_tokens_details.cache_write_tokens == 20
    assert usage.output_tokens_details.reasoning_tokens == 0


def test_passages_are_cited_by_the_words_and_whole():
    body = responses.whole(head(), answers.answer({"text": "34 days."}), Shown([PASSAGE], False))
    [annotation] = response(body).output[0].content[0].annotations
    assert (annotation.type, annotation.url) == ("url_citation", "handbook/returns.md")
    assert (annotation.title, annotation.start_index, annotation.end_index) == ("returns.md", 0, 8)
    assert body["x_strata"]["citations"] == [
        {"document": "handbook/returns.md", "rank": 1, "score": 0.83, "passage": "34 days."}
    ]


def test_an_answer_that_ends_in_a_call_has_no_words_to_cite_with():
    use = {"toolUseId": "t", "name": "weather", "input": {}}
    told = answers.answer({"text": "Let me see."}, {"toolUse": use}, stop="tool_use")
    body = responses.whole(head(), told, Shown([PASSAGE], False))
    assert body["output"][0]["content"][0]["annotations"] == []
    assert body["x_strata"]["citations"]


def test_the_request_comes_back_with_the_answer():
    tool = {"type": "function", "name": "weather", "parameters": {}, "strict": False}
    format = {"type": "json_schema", "name": "a", "schema": {"type": "object"}}
    asked = {
        "instructions": "Be brief.",
        "max_output_tokens": 9,
        "metadata": {"team": "blue"},
        "parallel_tool_calls": False,
        "temperature": 0.5,
        "tool_choice": {"type": "function", "name": "weather"},
        "tools": [tool],
        "top_p": 0.9,
        "text": {"format": format},
        "truncation": "disabled",
    }
    body = responses.whole(head(**asked), answers.answer({"text": "a"}), Shown())
    assert response(body) and {name: body[name] for name in asked} == asked


def test_nothing_is_stored_whatever_was_asked():
    body = responses.whole(head(store=True), answers.answer({"text": "a"}), Shown())
    assert (body["store"], body["previous_response_id"], body["background"]) == (False, None, False)


def test_what_was_not_asked_has_openais_defaults():
    read = worded({"text": "a"})
    assert (read.tool_choice, read.tools, read.parallel_tool_calls) == ("auto", [], True)
    assert read.text.format.type == "text"
    assert (read.temperature, read.metadata, read.instructions) == (None, {}, None)


def test_an_error_has_openais_shape():
    assert responses.error(throttled(), "req-1")["error"]["code"] == "rate_limit_exceeded"
