"""Every route in memory, with an AWS that always answers: bytes in, status and bytes out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any

import examples

from gateway import edge
from gateway.breaker import Breakers
from gateway.keys import Caller
from gateway.settings import Settings, parse
from tests.load import routes
from tests.load.events import event
from tests.load.http import Asked
from tests.robustness.always import Always

KEY = "Bearer sk-strata-test"
EVERYTHING = ["system", "temperature", "top_p", "stop", "streaming", "tools", "tool_choice"]
EVERYTHING += ["images", "caching", "structured_output"]
SEARCH = "/v1/knowledge/handbook/search"
HANDBOOK = {**examples.DECLARED["knowledge_bases"]["handbook"], "readers": "groups"}
RERANKER = "arn:aws:bedrock:us-east-1::foundation-model/cohere.rerank-v3-5:0"
CALLER = Caller("demo", "k1", "staff")


def generous() -> Settings:
    """An alias whose model takes everything, and drops what none takes; one that makes vectors; a
    knowledge base with readers and a reranker."""
    able = {**examples.CLAUDE, "accepts": EVERYTHING}
    chat = {**examples.ALIAS, "targets": [able], "unsupported_parameters": "drop"}
    declared = {
        **examples.DECLARED,
        "max_body_bytes": 1_000_000,
        "aliases": {**examples.DECLARED["aliases"], "plain": chat},
        "knowledge_bases": {"handbook": {**HANDBOOK, "reranker": [RERANKER, 2_000]}},
    }
    return parse(declared, examples.DEPLOYED)


class Gateway:
    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or generous()
        self.aws = Always()

    def send(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Iterable[tuple[str, str]] = (),
        query: str = "",
    ) -> tuple[int, Mapping[str, str], bytes]:
        """As API Gateway would hand it to the function of the route."""
        route, parameters, allowed = routes.find(method, path)
        if route is None:
            return self._no_route(allowed)
        asked = Asked(method, path, query, list(headers), body)
        answer = self._answer(route.module, event(asked, route, parameters, CALLER))
        return answer.status, answer.headers, b"".join(answer.chunks)

    def __call__(self, environ: Mapping[str, Any], start_response: Any) -> Iterable[bytes]:
        """WSGI, behind a key."""
        given = [environ.get("HTTP_AUTHORIZATION")]
        if environ.get("PATH_INFO") == "/v1/messages":
            given.append(environ.get("HTTP_X_API_KEY"))
        if KEY not in given:
            status, headers, body = _refused(401, "invalid_api_key")
        else:
            length = int(environ.get("CONTENT_LENGTH") or 0)
            given = environ["wsgi.input"].read(length)
            names = {n[5:].replace("_", "-").lower(): v for n, v in environ.items() if _sent(n)}
            path = environ.get("PATH_INFO", "").encode("latin-1").decode(errors="replace")
            method = environ["REQUEST_METHOD"]
            status, headers, body = self.send(method, path, given, names.items())
        start_response(f"{status} -", list(headers.items()))
        return [body]

    def _answer(self, module: str, made: dict[str, Any]) -> edge.Answer:
        function = import_module(f"gateway.{module}")
        held: dict[str, Any] = {"upstream": self.aws} if module != "models" else {}
        if module == "chat":
            held["breakers"] = Breakers()
        answer: edge.Answer = function.answer(
            made, examples.Context(), settings=self.settings, **held
        )
        return answer

    def _no_route(self, allowed: list[str]) -> tuple[int, Mapping[str, str], bytes]:
        if not allowed:
            return _refused(404, "not_found")
        status, headers, body = _refused(405, "method_not_allowed")
        return status, {**headers, "allow": ", ".join(allowed)}, body


def _sent(name: str) -> bool:
    return name.startswith("HTTP_")


def _refused(status: int, code: str) -> tuple[int, Mapping[str, str], bytes]:
    error = {"message": code, "type": "invalid_request_error", "param": None, "code": code}
    return status, {"content-type": "application/json"}, json.dumps({"error": error}).encode()
