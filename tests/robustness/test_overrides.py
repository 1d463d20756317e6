"""S2: 500 attempts and more; every call of a model is under its alias's guardrail and number."""

import json
from collections import Counter

from tests.robustness.gateway import SEARCH, Gateway
from tests.robustness.guarding import Guarding, settings
from tests.robustness.overrides import PLACES, Attempt, attempts, bodies


def sent(attempt: Attempt) -> tuple[int, Guarding]:
    gateway = Gateway(settings())
    gateway.aws = Guarding()
    body = json.dumps(attempt.body, ensure_ascii=False).encode()
    status, _, _ = gateway.send("POST", attempt.route, body, attempt.headers, attempt.query)
    return status, gateway.aws


def is_search(route: str) -> bool:
    return route.startswith("/v1/knowledge/")


def test_no_caller_changes_the_guardrail_or_what_it_sees():
    outcomes: Counter[str] = Counter()
    for attempt in attempts():
        status, aws = sent(attempt)
        assert status == 404 if attempt.what in PLACES else status in (200, 400), (status, attempt)
        reached = aws.retrieved if is_search(attempt.route) else aws.asked
        assert bool(reached) == (status == 200), attempt
        outcomes["answered" if status == 200 else "refused"] += 1
    assert outcomes.total() >= 500
    assert min(outcomes["answered"], outcomes["refused"]) >= 100, outcomes


def test_of_filters_only_those_that_stay_within_the_keys_groups_are_asked_with():
    statuses = [sent(attempt)[0] for attempt in attempts() if attempt.what == "a filter"]
    assert sorted(set(statuses)) == [200, 400]
    assert statuses.count(200) == 3


def test_a_plain_request_of_every_kind_is_answered_by_the_fallback():
    for route, body in bodies():
        status, aws = sent(Attempt("nothing", route, (), body))
        assert status == 200, (route, body)
        assert len(aws.asked) == (0 if is_search(route) else 1 if route == "/v1/embeddings" else 2)


def test_retrieved_passages_tools_and_texts_to_embed_were_put_to_the_guardrail():
    judged = {}
    for route, body in bodies():
        judged[body.get("model"), route] = sent(Attempt("nothing", route, (), body))[1].judged
    assert judged["documents", "/v1/messages"] and judged["grounded", "/v1/responses"]
    assert judged["guarded", "/v1/chat/completions"]  # its tools
    assert judged["vectors", "/v1/embeddings"]
    assert len(judged[None, SEARCH]) == 2  # the question and the passages


def test_chat_that_needs_it_not_costs_no_call_more():
    body = {"model": "guarded", "messages": [{"role": "user", "content": "How long is it?"}]}
    assert sent(Attempt("nothing", "/v1/chat/completions", (), body))[1].judged == []
