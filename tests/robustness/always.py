"""An AWS in memory that always answers: for tests that are about what callers send."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from typing import Any

USAGE = {"inputTokens": 10, "outputTokens": 5, "totalTokens": 15}
PASSAGE: dict[str, Any] = {
    "content": {"text": "The refund window is 34 days."},
    "location": {"s3Location": {"uri": "s3://documents-111111111111/handbook/returns.md"}},
    "score": 0.8,
    "metadata": {"groups": ["everyone"]},
}


class Always:
    """Accepts what Bedrock would: every message has content, and every request a token limit."""

    def __init__(self) -> None:
        self.models: list[str] = []
        self.retrieved: list[tuple[str, Mapping[str, Any]]] = []

    def converse(
        self, model_id: str, request: Mapping[str, Any], deadline: float
    ) -> dict[str, Any]:
        self._see(model_id, request)
        message = {"role": "assistant", "content": [{"text": "34 days."}]}
        return {"output": {"message": message}, "stopReason": "end_turn", "usage": USAGE}

    def converse_stream(
        self,
        model_id: str,
        request: Mapping[str, Any],
        deadline: float,
        check_client: Callable[[], None],
    ) -> Stream:
        self._see(model_id, request)
        return Stream()

    def invoke_model(
        self, model_id: str, request: Mapping[str, Any], deadline: float
    ) -> tuple[dict[str, Any], Mapping[str, str]]:
        self.models.append(model_id)
        return {"embedding": [0.25, -0.5], "inputTextTokenCount": 3}, {}

    def apply_guardrail(
        self, guardrail_id: str, version: str, request: Mapping[str, Any], deadline: float
    ) -> dict[str, Any]:
        return {"action": "NONE", "outputs": []}

    def retrieve(self, kb_id: str, request: Mapping[str, Any], deadline: float) -> dict[str, Any]:
        self.retrieved.append((kb_id, request))
        return {"retrievalResults": [PASSAGE]}

    def dynamodb(
        self, operation: str, request: Mapping[str, Any], deadline: float
    ) -> dict[str, Any]:
        return {}

    def kms(self, operation: str, request: Mapping[str, Any], deadline: float) -> dict[str, Any]:
        return {"Mac": base64.b64encode(b"mac").decode()}

    def _see(self, model_id: str, request: Mapping[str, Any]) -> None:
        self.models.append(model_id)
        assert 1 <= request["inferenceConfig"]["maxTokens"] <= 256
        assert all(message["content"] for message in request["messages"])


class Stream:
    """`34 days.`, in two words."""

    def __init__(self) -> None:
        self.deadline = 0.0
        self._events = _events()

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> dict[str, Any]:
        return next(self._events)

    def close(self) -> None:
        self._events.close()  # type: ignore[attr-defined]


def _events() -> Iterator[dict[str, Any]]:
    yield {"messageStart": {"role": "assistant"}}
    for word in ("34", " days."):
        yield {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": word}}}
    yield {"contentBlockStop": {"contentBlockIndex": 0}}
    yield {"messageStop": {"stopReason": "end_turn"}}
    yield {"metadata": {"usage": USAGE, "metrics": {"latencyMs": 1}}}
