"""An `Upstream` for tests: it answers from a script, and only what AWS would accept.

    aws = ScriptedAws({"Converse": [converse_reply("hello"), TimedOut("no answer in time")]})

A reply is a dict, an exception to raise, or a function of the request. Requests and dict replies
are checked against botocore's service models; a function may return what AWS never would.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import botocore.session
from botocore.model import OperationModel
from botocore.validate import validate_parameters

Reply = dict[str, Any] | Exception | Callable[[Mapping[str, Any]], dict[str, Any]]


class Call(NamedTuple):
    """`target` is the model's or knowledge base's id, and the table's name for DynamoDB."""

    operation: str
    target: str
    request: Mapping[str, Any]
    deadline: float


class ScriptedAws:
    def __init__(self, replies: Mapping[str, Iterable[Reply]]) -> None:
        self.calls: list[Call] = []
        self._replies = {operation: list(queue) for operation, queue in replies.items()}

    def converse(
        self, model_id: str, request: Mapping[str, Any], deadline: float
    ) -> dict[str, Any]:
        model = _operation("bedrock-runtime", "Converse")
        call = Call("Converse", model_id, request, deadline)
        return self._answer(model, call, {"modelId": model_id, **request})

    def apply_guardrail(
        self, guardrail_id: str, version: str, request: Mapping[str, Any], deadline: float
    ) -> dict[str, Any]:
        model = _operation("bedrock-runtime", "ApplyGuardrail")
        call = Call("ApplyGuardrail", guardrail_id, request, deadline)
        parameters = {"guardrailIdentifier": guardrail_id, "guardrailVersion": version, **request}
        return self._answer(model, call, parameters)

    def retrieve(self, kb_id: str, request: Mapping[str, Any], deadline: float) -> dict[str, Any]:
        model = _operation("bedrock-agent-runtime", "Retrieve")
        call = Call("Retrieve", kb_id, request, deadline)
        return self._answer(model, call, {"knowledgeBaseId": kb_id, **request})

    def dynamodb(
        self, operation: str, request: Mapping[str, Any], deadline: float
    ) -> dict[str, Any]:
        model = _operation("dynamodb", operation)
        call = Call(operation, request.get("TableName", ""), request, deadline)
        return self._answer(model, call, request)

    def requests(self, operation: str) -> list[Mapping[str, Any]]:
        return [call.request for call in self.calls if call.operation == operation]

    @property
    def left(self) -> dict[str, int]:
        """How many replies nobody has asked for, by operation."""
        return {operation: len(queue) for operation, queue in self._replies.items() if queue}

    def _answer(
        self, model: OperationModel, call: Call, parameters: Mapping[str, Any]
    ) -> dict[str, Any]:
        self.calls.append(call)
        validate_parameters(dict(parameters), model.input_shape)
        queue = self._replies.get(call.operation)
        assert queue, f"{call.operation} is not in the script any more; left: {self.left}"
        reply = queue.pop(0)
        if isinstance(reply, Exception):
            raise reply
        if callable(reply):
            return reply(call.request)
        validate_parameters(reply, model.output_shape)
        return reply


def converse_reply(
    text: str, *, stop: str = "end_turn", tokens: tuple[int, int] = (10, 5)
) -> dict[str, Any]:
    """What Converse answers; `tokens` are those of the input and of the output."""
    return {
        "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
        "stopReason": stop,
        "usage": {
            "inputTokens": tokens[0],
            "outputTokens": tokens[1],
            "totalTokens": sum(tokens),
        },
        "metrics": {"latencyMs": 1},
    }


@functools.cache
def _operation(service: str, operation: str) -> OperationModel:
    return _service(service).operation_model(operation)


@functools.cache
def _service(name: str) -> Any:
    return botocore.session.get_session().get_service_model(name)
