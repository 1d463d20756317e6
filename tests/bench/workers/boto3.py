"""A bare boto3 client in a loop: what a handler without a gateway would do."""

from __future__ import annotations

from collections.abc import Iterator

import boto3

_MESSAGES = [{"role": "user", "content": [{"text": "How long is the refund window?"}]}]
_SYSTEM = [{"text": "Be brief."}]
_INFERENCE = {"maxTokens": 64}


class Caller:
    def __init__(self) -> None:
        self._client = boto3.client("bedrock-runtime")

    def whole(self, model: str) -> None:
        answer = self._client.converse(
            modelId=model, messages=_MESSAGES, system=_SYSTEM, inferenceConfig=_INFERENCE
        )
        assert answer["stopReason"] == "end_turn"

    def stream(self, model: str) -> Iterator[object]:
        answer = self._client.converse_stream(
            modelId=model, messages=_MESSAGES, system=_SYSTEM, inferenceConfig=_INFERENCE
        )
        for event in answer["stream"]:
            if "contentBlockDelta" in event:
                yield event
