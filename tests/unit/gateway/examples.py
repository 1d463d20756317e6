"""Settings, events and replies that the handlers' tests share."""

import json
import time
from pathlib import Path
from typing import Any

from gateway.edge import Request
from gateway.settings import Settings, parse

EVENTS = Path(__file__).parents[2] / "events"
ACCOUNT = "111111111111"

NOVA = {
    "id": "us.amazon.nova-lite-v1:0",
    "owned_by": "Amazon",
    "accepts": ["system", "temperature", "top_p", "stop", "streaming"],
    "reasoning_effort": None,
    "embedding": None,
    "price": [60_000, 240_000, 15_000, 75_000],
    "long": None,
}
CLAUDE = {
    "id": "us.anthropic.claude-sonnet-5-5",
    "owned_by": "Anthropic",
    "accepts": ["system", "stop", "streaming"],
    "reasoning_effort": "output_config",
    "embedding": None,
    "price": [2_200_000, 11_000_000, 220_000, 2_750_000],
    "long": None,
}
TITAN = {
    **NOVA,
    "id": "amazon.titan-embed-text-v2:0",
    "accepts": [],
    "embedding": "titan_v2",
    "price": [20_000, 0, 20_000, 25_000],
}

ALIAS = {
    "description": "An alias.",
    "kind": "chat",
    "targets": [NOVA],
    "guardrail": None,
    "grounded": False,
    "knowledge_base": None,
    "passages": 3,
    "passage_tokens": 0,
    "refusal": "The documents do not answer this question.",
    "rewrite_question": False,
    "system_prompt": "",
    "max_tokens": 256,
    "unsupported_parameters": "reject",
}
DECLARED = {
    "environment": "dev",
    "profile_arn_prefix": f"arn:aws:bedrock:us-east-1:{ACCOUNT}:application-inference-profile/",
    "max_body_bytes": 10_000,
    "timeout_s": 29,
    "cors_origins": [],
    "keys_table": "strata-dev-keys",
    "keys_mac": "alias/strata-dev-keys",
    "usage_table": "strata-dev-usage",
    "answers_table": "strata-dev-answers",
    "aliases": {
        "chat-default": {
            **ALIAS,
            "targets": [NOVA, CLAUDE],
            "guardrail": "standard",
            "system_prompt": "Be brief.",
        },
        "docs-assistant": {
            **ALIAS,
            "guardrail": "standard",
            "knowledge_base": "handbook",
            "passage_tokens": 360,
        },
        "plain": ALIAS,
        "embed-default": {**ALIAS, "kind": "embedding", "targets": [TITAN], "max_tokens": None},
        "other-teams": ALIAS,
    },
    "knowledge_bases": {
        "handbook": {
            "readers": "everyone",
            "managed": False,
            "embedding_price": 20_000,
            "reranker": None,
        },
    },
    "tenants": {
        "demo": {
            "aliases": ["chat-default", "docs-assistant", "plain", "embed-default"],
            "budget_micro_usd": 5_000_000,
            "requests_per_second": 100,
            "groups": ["staff"],
        },
        "other": {
            "aliases": ["other-teams"],
            "budget_micro_usd": 1_000_000,
            "requests_per_second": 5,
            "groups": [],
        },
    },
}
DEPLOYED = {
    "guardrails": {"standard": ["gr1", "7"]},
    "knowledge_bases": {"handbook": "KB12345678"},
    "profiles": {
        "chat-default": ["prof1", "prof2"],
        "docs-assistant": ["prof3"],
        "plain": ["prof4"],
        "other-teams": ["prof5"],
    },
}


def settings() -> Settings:
    return parse(DECLARED, DEPLOYED)


def event(name: str) -> dict[str, Any]:
    """A real event of API Gateway, from `tests/events/`."""
    loaded: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return loaded


def request(body: bytes = b"", **fields: Any) -> Request:
    """A request as a route gets it."""
    made = Request(
        id="r1",
        tenant="demo",
        groups="*",
        route="/v1/chat/completions",
        path={},
        headers={},
        body=body,
        started=time.monotonic(),
        deadline=time.monotonic() + 28,
        check_client=lambda: None,
        facts={"environment": "dev"},
    )
    return made._replace(**fields)


class Context:
    """What Lambda tells a handler about its invocation."""

    def __init__(self, left_ms: int = 29_000) -> None:
        self.left_ms = left_ms

    def get_remaining_time_in_millis(self) -> int:
        return self.left_ms


def passage(document: str, text: str, score: float = 0.83) -> dict[str, Any]:
    """One result of Retrieve."""
    uri = f"s3://strata-dev-documents-{ACCOUNT}-us-east-1/{document}"
    return {
        "content": {"text": text, "type": "TEXT"},
        "location": {"type": "S3", "s3Location": {"uri": uri}},
        "score": score,
        "metadata": {},
    }
