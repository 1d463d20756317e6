"""Execution environments as Lambda has them: each serves one request at a time, with clients of
its own, and remembers only what it has seen itself."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from gateway.aws import Aws
from gateway.breaker import Breakers
from gateway.edge import Answer
from gateway.failures import ClientGone
from gateway.settings import settings
from tests.load.http import Connection

# What each function's `answer` takes beside the event.
_HOLDS = {
    "chat": ("settings", "upstream", "breakers"),
    "embeddings": ("settings", "upstream"),
    "models": ("settings",),
    "usage": ("settings", "upstream"),
}


class Context:
    """What the runtime tells a handler about its invocation."""

    def __init__(self, caller: Connection, timeout_s: float) -> None:
        self._caller = caller
        self._until = time.monotonic() + timeout_s

    def get_remaining_time_in_millis(self) -> int:
        return int((self._until - time.monotonic()) * 1000)

    def check_client(self) -> None:
        if self._caller.is_gone():
            raise ClientGone


class ExecutionEnvironment:
    def __init__(self) -> None:
        self.aws = Aws(os.environ["AWS_REGION"])
        self.breakers = Breakers()

    def respond(self, module: str, event: Mapping[str, Any], context: Context) -> Answer:
        """By the module's `answer`, which is given what it would have held on to."""
        held = {"settings": settings(), "upstream": self.aws, "breakers": self.breakers}
        given = {name: held[name] for name in _HOLDS[module]}
        answer: Answer = import_module(f"gateway.{module}").answer(event, context, **given)
        return answer


class Pool:
    """Idle environments, the warmest first; a new one whenever none is idle."""

    def __init__(self) -> None:
        self._idle: list[ExecutionEnvironment] = []
        self._lock = threading.Lock()

    def take(self) -> ExecutionEnvironment:
        with self._lock:
            return self._idle.pop() if self._idle else ExecutionEnvironment()

    def give_back(self, environment: ExecutionEnvironment) -> None:
        with self._lock:
            self._idle.append(environment)
