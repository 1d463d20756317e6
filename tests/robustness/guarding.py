"""An AWS that takes a request only as the platform means it: under the alias's own guardrail."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import examples

from gateway.aws import AwsError
from gateway.settings import Settings, parse
from tests.robustness.always import Always, Stream
from tests.robustness.gateway import CALLER, EVERYTHING, HANDBOOK

GUARDRAIL, VERSION = "gr1", "7"
BASES = {"handbook": "KB12345678", "board": "KB87654321"}
_OURS = {"guardrailIdentifier": GUARDRAIL, "guardrailVersion": VERSION}
_MINE = [
    {"listContains": {"key": "groups", "value": group}} for group in ("everyone", CALLER.groups)
]


def settings() -> Settings:
    """Every alias has a guardrail, a fallback, and a model that takes everything.

    The caller's tenant has two groups, its key one; of the knowledge bases it has one, others all.
    """
    able = [{**model, "accepts": EVERYTHING} for model in (examples.NOVA, examples.CLAUDE)]
    guarded = {
        **examples.ALIAS,
        "targets": able,
        "guardrail": "standard",
        "unsupported_parameters": "drop",
    }
    documents = {**guarded, "knowledge_base": "handbook", "passage_tokens": 360}
    vectors = {**examples.DECLARED["aliases"]["embed-default"], "guardrail": "standard"}
    aliases = {
        "guarded": guarded,
        "documents": documents,
        "grounded": {**documents, "grounded": True},
        "vectors": vectors,
    }
    theirs = {"boards": {**documents, "knowledge_base": "board"}}
    tenant = {**examples.DECLARED["tenants"]["demo"], "aliases": list(aliases)}
    tenant["groups"] = ["staff", "finance"]
    declared = {
        **examples.DECLARED,
        "max_body_bytes": 1_000_000,
        "aliases": {**aliases, **theirs},
        "knowledge_bases": dict.fromkeys(BASES, HANDBOOK),
        "tenants": {"demo": tenant, "other": {**tenant, "aliases": list(theirs)}},
    }
    profiles = {name: [f"{name}1", f"{name}2"] for name in (*aliases, *theirs) if name != "vectors"}
    return parse(declared, {**examples.DEPLOYED, "profiles": profiles, "knowledge_bases": BASES})


class Guarding(Always):
    """The first model of each alias is busy, so that every answer comes from a fallback.

    `asked` is every request that a model got, `judged` every ApplyGuardrail. Documents are searched
    in the caller's own knowledge base alone, and for its key's groups.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Mapping[str, Any]] = []
        self.judged: list[tuple[str, str]] = []
        self._judged_texts: set[str] = set()

    def converse(self, model_id: str, request: Mapping[str, Any], deadline: float) -> Any:
        self._take(request, {})
        self._busy(model_id)
        return super().converse(model_id, request, deadline)

    def converse_stream(
        self,
        model_id: str,
        request: Mapping[str, Any],
        deadline: float,
        check_client: Callable[[], None],
    ) -> Stream:
        self._take(request, {"streamProcessingMode": "sync"})
        self._busy(model_id)
        return super().converse_stream(model_id, request, deadline, check_client)

    def invoke_model(self, model_id: str, request: Mapping[str, Any], deadline: float) -> Any:
        assert request["inputText"] in self._judged_texts, "embedded unjudged"
        self.asked.append(request)
        return super().invoke_model(model_id, request, deadline)

    def apply_guardrail(
        self, guardrail_id: str, version: str, request: Mapping[str, Any], deadline: float
    ) -> Any:
        assert (guardrail_id, version) == (GUARDRAIL, VERSION)
        self.judged.append((guardrail_id, version))
        self._judged_texts.update(each["text"]["text"] for each in request["content"])
        return super().apply_guardrail(guardrail_id, version, request, deadline)

    def retrieve(self, kb_id: str, request: Mapping[str, Any], deadline: float) -> dict[str, Any]:
        assert kb_id == BASES["handbook"]
        assert request.keys() == {"retrievalQuery", "retrievalConfiguration"}
        ((kind, given),) = request["retrievalConfiguration"].items()
        assert kind == "vectorSearchConfiguration"
        assert given.keys() <= {"numberOfResults", "filter"}
        readable, *_ = given["filter"].get("andAll", [given["filter"]])
        assert readable == {"orAll": _MINE}
        return super().retrieve(kb_id, request, deadline)

    def _take(self, request: Mapping[str, Any], more: Mapping[str, str]) -> None:
        self.asked.append(request)
        assert request["guardrailConfig"] == {**_OURS, **more}
        rest = {name: value for name, value in request.items() if name != "guardrailConfig"}
        assert not [name for name in _names(rest) if "guardrail" in name.lower()]
        wrapped = {"guardContent" in b for b in _users(request) if not _of_a_tool(b)}
        assert len(wrapped) <= 1, "some of the user's words are wrapped, so the rest is not seen"

    @staticmethod
    def _busy(model_id: str) -> None:
        if model_id.endswith("1"):
            raise AwsError(429, "ThrottlingException")


def _users(request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for turn in request["messages"]:
        yield from turn["content"] if turn["role"] == "user" else ()


def _of_a_tool(block: Mapping[str, Any]) -> bool:
    return "toolResult" in block or "cachePoint" in block


def _names(value: Any) -> Iterator[str]:
    """The name of every field, but not what a tool's own schema calls its own."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from () if name == "json" else _names(inner)
    elif isinstance(value, list):
        for each in value:
            yield from _names(each)
