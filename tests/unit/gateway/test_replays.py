"""An answer kept for an Idempotency-Key shows its passages to nobody who may not read them."""

import itertools
import json
from collections.abc import Mapping
from typing import Any

import examples
import libraries
import pytest
from verdicts import FINE

from gateway import chat, edge, search
from gateway.breaker import Breakers
from gateway.settings import Settings, parse
from tests.fakes.memory import Memory
from tests.robustness.always import Always

DOCUMENTS = {
    "everyone.md": {"groups": ["everyone"]},
    "staff.md": {"groups": ["staff"]},
    "finance.md": {"groups": ["finance"]},
}
HELD = ["", "*", "staff", "finance", "staff finance", "finance staff", "board"]
TENANTS = {
    "two groups": {"demo": ("staff", "finance")},
    "one group": {"demo": ("staff",)},
    "none": {"demo": ()},
}
BODIES = {
    "search": {"query": "What?", "top_k": 9},
    "whole": {"model": "docs-assistant", "messages": [{"role": "user", "content": "What?"}]},
}
BODIES["streamed"] = {**BODIES["whole"], "stream": True}


class Aws(Always):
    """Documents with readers, and a table that keeps what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.memory = Memory()
        self.dynamodb = self.memory.dynamodb

    def retrieve(self, kb_id: str, request: Mapping[str, Any], deadline: float) -> dict[str, Any]:
        self.retrieved.append((kb_id, request))
        return libraries.Library(DOCUMENTS).retrieve(request)

    def apply_guardrail(self, *_: Any) -> dict[str, Any]:
        return FINE


def ask(
    aws: Aws, kind: str, told: Settings, held: str, *, key: str = "k", base: str = "handbook"
) -> tuple[int, str]:
    caller = {"tenant": "demo", "key_id": f"of {held}", "groups": held}
    sent = examples.event("chat") | {
        "headers": {"Idempotency-Key": key},
        "body": json.dumps(BODIES[kind]),
    }
    sent["requestContext"] = {**sent["requestContext"], "authorizer": caller}
    given = {"settings": told, "upstream": aws}
    if kind == "search":
        sent |= {"resource": "/v1/knowledge/{name}/search", "pathParameters": {"name": base}}
        answer = search.answer(sent, examples.Context(), **given)
    else:
        answer = chat.answer(sent, examples.Context(), breakers=Breakers(), **given)
    made = edge.buffered(answer)
    return made["statusCode"], made["body"]


def shown(text: str) -> set[str]:
    return {name for name in DOCUMENTS if name in text}


@pytest.mark.parametrize("kind", BODIES)
def test_whoever_asked_before_a_key_is_shown_what_it_would_be_shown_alone(kind):
    wrong = []
    for (then, first), (now, second) in itertools.product(
        itertools.product(TENANTS, HELD), repeat=2
    ):
        aws = Aws()
        ask(aws, kind, libraries.settings(TENANTS[then]), first)
        told = libraries.settings(TENANTS[now])
        status, text = ask(aws, kind, told, second)
        alone = shown(ask(Aws(), kind, told, second)[1])
        if status != 200 or shown(text) != alone:
            wrong.append((then, first, now, second, shown(text) - alone))
    assert wrong == []


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize("other", ["staff finance", "finance staff", "*", "staff finance board"])
def test_keys_that_read_the_same_share_their_answers(kind, other):
    aws, told = Aws(), libraries.settings(TENANTS["two groups"])
    first, again = ask(aws, kind, told, "staff finance"), ask(aws, kind, told, other)
    assert first == again
    assert len(aws.retrieved) == 1


def two_bases() -> Settings:
    declared = examples.DECLARED
    base, alias = (
        declared["knowledge_bases"]["handbook"],
        declared["aliases"]["docs-assistant"],
    )
    tenant = {**declared["tenants"]["demo"], "aliases": ["docs-assistant", "more"]}
    told = {
        **declared,
        "aliases": {"docs-assistant": alias, "more": {**alias, "knowledge_base": "more"}},
        "knowledge_bases": {"handbook": base, "more": base},
        "tenants": {"demo": tenant},
    }
    ids = {"handbook": "KB12345678", "more": "KB87654321"}
    profiles = {"docs-assistant": ["prof3"], "more": ["prof6"]}
    return parse(told, {**examples.DEPLOYED, "knowledge_bases": ids, "profiles": profiles})


@pytest.mark.parametrize("other", ["more", "nowhere"])
def test_a_search_elsewhere_is_another_request(other):
    aws, told = Aws(), two_bases()
    assert ask(aws, "search", told, "*")[0] == 200
    status, text = ask(aws, "search", told, "*", base=other)
    assert (status, json.loads(text)["error"]["param"]) == (400, "Idempotency-Key")
    assert len(aws.retrieved) == 1
