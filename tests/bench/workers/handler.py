"""Ours, called in process: an event in, an answer out, its caller authorised from memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway import chat
from gateway.keys import Caller as Owner
from tests.load import asset
from tests.load.authorizers import Authorizers
from tests.load.callers import chat as request
from tests.load.events import event
from tests.load.http import Asked
from tests.load.routes import ROUTES


class Context:
    def get_remaining_time_in_millis(self) -> int:
        return 29_000


class Caller:
    def __init__(self) -> None:
        self._authorizers = Authorizers()
        self._asked: dict[tuple[str, bool], tuple[Asked, dict[str, Any]]] = {}

    def whole(self, model: str) -> None:
        answer = self._answer(model, stream=False)
        assert answer.status == 200
        b"".join(answer.chunks)

    def stream(self, model: str) -> Iterator[object]:
        for chunk in self._answer(model, stream=True).chunks:
            if b'"content":"word' in chunk:
                yield chunk

    def _answer(self, model: str, *, stream: bool) -> Any:
        asked, made = self._event(model, stream)
        self._authorizers.caller_of(asked)
        return chat.respond(made, Context())

    def _event(self, model: str, stream: bool) -> tuple[Asked, dict[str, Any]]:
        if (model, stream) not in self._asked:
            body = request(model, key="", stream=stream).partition(b"\r\n\r\n")[2]
            headers = [("Authorization", f"Bearer {asset.key('demo')}"), ("Host", "bench")]
            asked = Asked("POST", "/v1/chat/completions", "", headers, body)
            self._asked[model, stream] = asked, event(asked, ROUTES[0], {}, Owner("demo", "demo"))
        return self._asked[model, stream]
