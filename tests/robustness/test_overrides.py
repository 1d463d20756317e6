"""S2: 500 attempts and more; every call of a model is under its alias's guardrail and number."""

import json
from collections import Counter

from tests.robustness.gateway import Gateway
from tests.robustness.guarding import Guarding, settings
from tests.robustness.overrides import Attempt, attempts, bodies


def sent(attempt: Attempt) -> tuple[int, Guarding]:
    gateway = Gateway(settings())
    gateway.aws = Guarding()
    body = json.dumps(attempt.body, ensure_ascii=False).encode()
    status, _, _ = gateway.send("POST", attempt.route, body, attempt.headers)
    return status, gateway.aws


def test_no_caller_changes_the_guardrail_or_what_it_sees():
    outcomes: Counter[str] = Counter()
    for attempt in attempts():
        status, aws = sent(attempt)
        assert status in (200, 400), (status, attempt)
        assert bool(aws.asked) == (status == 200), attempt
        outcomes["answered" if status == 200 else "refused"] += 1
    assert outcomes.total() >= 500
    assert min(outcomes["answered"], outcomes["refused"]) >= 100, outcomes


def test_a_plain_request_of_every_kind_is_answered_by_the_fallback():
    for route, body in bodies():
        status, aws = sent(Attempt("nothing", route, (), body))
        assert status == 200, (route, body)
        assert len(aws.asked) == (1 if route == "/v1/embeddings" else 2)


def test_retrieved_passages_tools_and_texts_to_embed_were_put_to_the_guardrail():
    judged = {}
    for route, body in bodies():
        judged[body["model"], route] = sent(Attempt("nothing", route, (), body))[1].judged
    assert judged["documents", "/v1/messages"] and judged["grounded", "/v1/responses"]
    assert judged["guarded", "/v1/chat/completions"]  # its tools
    assert judged["vectors", "/v1/embeddings"]


def test_chat_that_needs_it_not_costs_no_call_more():
    body = {"model": "guarded", "messages": [{"role": "user", "content": "How long is it?"}]}
    assert sent(Attempt("nothing", "/v1/chat/completions", (), body))[1].judged == []
