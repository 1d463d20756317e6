"""The chat route as Lambda runs it: the real client, one execution environment's breakers."""

from __future__ import annotations

import json
import time
from typing import Any, NamedTuple

import examples

from gateway import chat, edge
from gateway.aws import Aws
from gateway.breaker import Breakers
from tests.faults.server import FaultServer

# Of `examples`: the profiles behind the alias with a fallback, and behind the one without.
FIRST, NEXT, ALONE = "prof1", "prof2", "prof4"
QUESTION = "How long is the refund window?"

# What the edge keeps for answering: the models have what is left of the time beyond it.
KEPT_S = edge._ANSWER_S


class Answer(NamedTuple):
    status: int
    model: str | None
    took_s: float
    text: str


class Clock:
    """The breakers' time, which stands still until a test puts it forward."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Gateway:
    def __init__(self, server: FaultServer) -> None:
        self.server = server
        self.clock = Clock()
        self.aws = Aws("us-east-1")
        self.forget()

    def forget(self) -> None:
        self.breakers = Breakers(self.clock)

    def ask(self, *, fallback: bool, models_s: float = 5.0, stream: bool = False) -> Answer:
        """One request that leaves its models so many seconds in all."""
        context = examples.Context(round((models_s + KEPT_S) * 1000))
        started = time.monotonic()
        response = edge.buffered(self.respond(self.event(fallback, stream), context))
        took_s = time.monotonic() - started
        model = response["headers"].get("x-strata-model")
        return Answer(response["statusCode"], model, took_s, response["body"])

    def respond(self, event: dict[str, Any], context: Any) -> edge.Answer:
        """As our runtime does, with what one execution environment holds on to."""
        return chat.answer(
            event,
            context,
            settings=examples.settings(),
            upstream=self.aws,
            breakers=self.breakers,
        )

    def hang_up(self) -> None:
        """A process that ends closes its connections; a test must not leave them to chance."""
        for service in (self.aws._runtime, self.aws._store):
            if service._connection._kept:
                service._connection._kept.hang_up()
                service._connection._kept = None

    def event(self, fallback: bool, stream: bool = False) -> dict[str, Any]:
        """API Gateway's, for the alias with a fallback or the one without."""
        event = examples.event("chat")
        messages = [{"role": "user", "content": QUESTION}]
        alias = "chat-default" if fallback else "plain"
        event["body"] = json.dumps({"model": alias, "messages": messages, "stream": stream})
        return event
