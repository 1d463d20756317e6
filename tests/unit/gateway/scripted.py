"""An `Upstream` for tests: it answers from a script, and only what AWS would accept.

    aws = ScriptedAws({
        "Converse": [converse_reply("hello"), TimedOut("no answer in time")],
        "ConverseStream": [stream_reply(["hel", "lo"])],
    })

A reply is a dict, an exception to raise, or a function of the request. Requests and dict replies
are checked against botocore's service models; a function may return what AWS never would.

A reply of ConverseStream is a list of such, one an event, or an exception that is raised instead of
a stream; a function among the events that returns None does something and is no event. The streams
that were given out are in `aws.streams`. A reply of InvokeModel is the body and the headers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from botocore.model import OperationModel
from shapes import check, model_of

Request = Mapping[str, Any]
Event = dict[str, Any] | Exception | Callable[[Request], dict[str, Any] | None]
Reply = (
    dict[str, Any]
    | list[Event]
    | tuple[dict[str, Any], Mapping[str, str]]
    | Exception
    | Callable[[Request], Any]
)


class Call(NamedTuple):
    """`target` is the model's or knowledge base's id, the table's name or the key's id."""

    operation: str
    target: str
    request: Request
    deadline: float


class ScriptedEvents:
    """A stream of the script, and what became of it.

    `ended` is whether it was read to its end or failure, `given` the deadline it began with.
    """

    def __init__(
        self,
        events: Iterable[Event],
        request: Request,
        deadline: float,
        check_client: Callable[[], None],
    ) -> None:
        self.request = request
        self.given = self.deadline = deadline
        self.check_client = check_client
        self.closed = self.ended = False
        self._events = list(events)

    def __iter__(self) -> ScriptedEvents:
        return self

    def __next__(self) -> dict[str, Any]:
        while self._events and not self.closed:
            event = self._events.pop(0)
            if isinstance(event, Exception):
                self._events.clear()
                self.ended = True
                raise event
            made = event(self.request) if callable(event) else event
            if made is not None:
                return made
        self.ended = not self._events
        raise StopIteration

    def close(self) -> None:
        self.closed = True


class ScriptedAws:
    def __init__(self, replies: Mapping[str, Iterable[Reply]]) -> None:
        self.calls: list[Call] = []
        self.streams: list[ScriptedEvents] = []
        self._replies = {operation: list(queue) for operation, queue in replies.items()}

    def converse(self, model_id: str, request: Request, deadline: float) -> dict[str, Any]:
        call = Call("Converse", model_id, request, deadline)
        return self._answer("bedrock-runtime", call, {"modelId": model_id, **request})

    def converse_stream(
        self, model_id: str, request: Request, deadline: float, check_client: Callable[[], None]
    ) -> ScriptedEvents:
        model = model_of("bedrock-runtime", "ConverseStream")
        call = Call("ConverseStream", model_id, request, deadline)
        events = self._reply(model, call, {"modelId": model_id, **request})
        for event in events:
            if isinstance(event, dict):
                assert len(event) == 1, f"an event is one member of the stream, not {list(event)}"
                check(event, model.output_shape.members["stream"])
        self.streams.append(ScriptedEvents(events, request, deadline, check_client))
        return self.streams[-1]

    def invoke_model(
        self, model_id: str, request: Request, deadline: float
    ) -> tuple[dict[str, Any], Mapping[str, str]]:
        assert isinstance(request, dict), "a model's own request is a JSON object"
        json.dumps(request, allow_nan=False)
        call = Call("InvokeModel", model_id, request, deadline)
        reply = self._reply(model_of("bedrock-runtime", "InvokeModel"), call, {"modelId": model_id})
        body, headers = reply(request) if callable(reply) else reply
        return body, headers

    def kms(self, operation: str, request: Request, deadline: float) -> dict[str, Any]:
        call = Call(operation, request.get("KeyId", ""), request, deadline)
        return self._answer("kms", call, request)

    def apply_guardrail(
        self, guardrail_id: str, version: str, request: Request, deadline: float
    ) -> dict[str, Any]:
        call = Call("ApplyGuardrail", guardrail_id, request, deadline)
        parameters = {"guardrailIdentifier": guardrail_id, "guardrailVersion": version, **request}
        return self._answer("bedrock-runtime", call, parameters)

    def retrieve(self, kb_id: str, request: Request, deadline: float) -> dict[str, Any]:
        call = Call("Retrieve", kb_id, request, deadline)
        return self._answer("bedrock-agent-runtime", call, {"knowledgeBaseId": kb_id, **request})

    def dynamodb(self, operation: str, request: Request, deadline: float) -> dict[str, Any]:
        call = Call(operation, request.get("TableName", ""), request, deadline)
        return self._answer("dynamodb", call, request)

    def requests(self, operation: str) -> list[Request]:
        return [call.request for call in self.calls if call.operation == operation]

    @property
    def left(self) -> dict[str, int]:
        """How many replies nobody has asked for, by operation."""
        return {operation: len(queue) for operation, queue in self._replies.items() if queue}

    def _answer(self, service: str, call: Call, parameters: Request) -> dict[str, Any]:
        model = model_of(service, call.operation)
        reply = self._reply(model, call, parameters)
        if callable(reply):
            return reply(call.request)
        check(reply, model.output_shape)
        return reply

    def _reply(self, model: OperationModel, call: Call, parameters: Request) -> Any:
        self.calls.append(call)
        check(dict(parameters), model.input_shape)
        queue = self._replies.get(call.operation)
        assert queue, f"{call.operation} is not in the script any more; left: {self.left}"
        reply = queue.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply


def converse_reply(
    text: str, *, stop: str = "end_turn", tokens: tuple[int, int] = (10, 5)
) -> dict[str, Any]:
    """What Converse answers; `tokens` are those of the input and of the output."""
    return {
        "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
        "stopReason": stop,
        "usage": _usage(tokens),
        "metrics": {"latencyMs": 1},
    }


def stream_reply(
    pieces: Iterable[str], *, stop: str = "end_turn", tokens: tuple[int, int] = (10, 5)
) -> list[dict[str, Any]]:
    """All the events of an answer whose text comes in these pieces."""
    deltas = [
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": piece}}}
        for piece in pieces
    ]
    return [
        {"messageStart": {"role": "assistant"}},
        *deltas,
        {"contentBlockStop": {"contentBlockIndex": 0}},
        {"messageStop": {"stopReason": stop}},
        {"metadata": {"usage": _usage(tokens), "metrics": {"latencyMs": 1}}},
    ]


def _usage(tokens: tuple[int, int]) -> dict[str, int]:
    return {
        "inputTokens": tokens[0],
        "outputTokens": tokens[1],
        "totalTokens": sum(tokens),
    }
