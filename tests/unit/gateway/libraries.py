"""A knowledge base in memory that keeps Retrieve's filters as Bedrock's documentation says."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import examples
from scripted import ScriptedAws, converse_reply
from verdicts import FINE

from gateway.settings import Settings, parse

HANDBOOK = Path(__file__).parents[3] / "samples" / "handbook"
_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "equals": lambda actual, wanted: actual == wanted,
    "notEquals": lambda actual, wanted: actual != wanted,
    "in": lambda actual, wanted: actual in wanted,
    "notIn": lambda actual, wanted: actual not in wanted,
    "listContains": lambda actual, wanted: isinstance(actual, list) and wanted in actual,
    "startsWith": lambda actual, wanted: isinstance(actual, str) and actual.startswith(wanted),
    "stringContains": lambda actual, wanted: isinstance(actual, str) and wanted in actual,
    "greaterThan": lambda actual, wanted: isinstance(actual, (int, float)) and actual > wanted,
    "greaterThanOrEquals": lambda actual, wanted: (
        isinstance(actual, (int, float)) and actual >= wanted
    ),
    "lessThan": lambda actual, wanted: isinstance(actual, (int, float)) and actual < wanted,
    "lessThanOrEquals": lambda actual, wanted: (
        isinstance(actual, (int, float)) and actual <= wanted
    ),
}


def samples() -> dict[str, dict[str, Any]]:
    """The sample documents' metadata by their names; nothing for one that has none."""
    documents = [each for each in HANDBOOK.iterdir() if each.suffix != ".json"]
    return {each.name: _metadata(each) for each in documents}


def matches(filter: Mapping[str, Any] | None, metadata: Mapping[str, Any]) -> bool:
    if not filter:
        return True
    ((operator, operand),) = filter.items()
    if operator == "andAll":
        return all(matches(each, metadata) for each in operand)
    if operator == "orAll":
        return any(matches(each, metadata) for each in operand)
    return operand["key"] in metadata and _TESTS[operator](
        metadata[operand["key"]], operand["value"]
    )


class Library:
    """Answers Retrieve with every document that passes the filter; `filters` are those it got.

    With `overlooks` it passes them all: a store whose filter does not work.
    """

    def __init__(self, documents: Mapping[str, Mapping[str, Any]], *, overlooks: bool = False):
        self._documents, self._overlooks = documents, overlooks
        self.filters: list[Mapping[str, Any] | None] = []

    def retrieve(self, request: Mapping[str, Any]) -> dict[str, Any]:
        (settings,) = request["retrievalConfiguration"].values()
        self.filters.append(settings.get("filter"))
        found = [
            {**examples.passage(name, f"Of {name}."), "metadata": dict(metadata)}
            for name, metadata in self._documents.items()
            if self._overlooks or matches(settings.get("filter"), metadata)
        ]
        return {"retrievalResults": found[: settings["numberOfResults"]]}

    def aws(self) -> ScriptedAws:
        """AWS for one request of whatever kind."""
        return ScriptedAws(
            {
                "Retrieve": [self.retrieve],
                "Converse": [converse_reply("It is so.")],
                "ApplyGuardrail": [FINE, FINE, FINE],
                "UpdateItem": [{}, {}],
            }
        )


def settings(tenants: Mapping[str, tuple[str, ...]], **base: Any) -> Settings:
    """Tenants with these groups, all of which may use one alias of a guarded handbook."""
    declared = examples.DECLARED
    handbook = {**declared["knowledge_bases"]["handbook"], "readers": "groups", **base}
    alias = {**declared["aliases"]["docs-assistant"], "passages": 100}
    tenant = {**declared["tenants"]["demo"], "aliases": ["docs-assistant"]}
    told = {
        **declared,
        "aliases": {**declared["aliases"], "docs-assistant": alias},
        "knowledge_bases": {"handbook": handbook},
        "tenants": {name: {**tenant, "groups": list(groups)} for name, groups in tenants.items()},
    }
    return parse(told, examples.DEPLOYED)


def _metadata(document: Path) -> dict[str, Any]:
    beside = document.with_name(f"{document.name}.metadata.json")
    if not beside.is_file():
        return {}
    found: dict[str, Any] = json.loads(beside.read_text())["metadataAttributes"]
    return found
