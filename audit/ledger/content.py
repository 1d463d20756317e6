"""What an assembly puts live in an environment: its guardrails, and the models behind each alias.

Read as data: templates, and a `settings.json` of aliases in an asset, where an app has one.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from audit.environments import environments
from audit.errors import AuditError
from audit.template import Json, read_document
from audit.view import Resource, View
from audit.viewed import view

GUARDRAIL, VERSION = "AWS::Bedrock::Guardrail", "AWS::Bedrock::GuardrailVersion"
SETTINGS = "settings.json"
# What does not decide how a guardrail judges.
BESIDE = {"Name", "Description", "Tags", "KmsKeyArn"}


def content(assembly: Path, environment: str) -> dict[str, Json]:
    """Guardrails by name, and aliases. Raises Unreadable, or AuditError for another environment."""
    found = environments(assembly)
    if environment not in found:
        raise AuditError(f"{assembly} has no environment {environment!r}; it has {sorted(found)}")
    side = view(environment, found[environment])
    return {"guardrails": _guardrails(side), "aliases": _aliases(assembly, environment)}


def _guardrails(side: View) -> dict[str, Json]:
    """A version's id in its template changes when a new one is published, and only then."""
    versions: dict[str, list[str]] = {}
    for each in side.of(VERSION):
        guardrail = side.referred(each.get("GuardrailIdentifier"))
        versions.setdefault(guardrail.name if guardrail else "", []).append(each.id)
    return {
        str(each.get("Name") or each.id): {
            "content": _hash(each),
            "versions": sorted(versions.get(each.name, [])),
        }
        for each in side.of(GUARDRAIL)
    }


def _hash(guardrail: Resource) -> str:
    judges = {key: value for key, value in guardrail.properties.items() if key not in BESIDE}
    text = json.dumps(judges, sort_keys=True, default=str)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _aliases(assembly: Path, environment: str) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for settings in _settings(assembly, environment):
        for name, alias in settings["aliases"].items():
            found[name] = {
                "models": [target["id"] for target in alias["targets"]],
                "guardrail": alias.get("guardrail"),
                "knowledge_base": alias.get("knowledge_base"),
            }
    return found


def _settings(assembly: Path, environment: str) -> Iterator[Mapping[str, Json]]:
    """Those of the assets that the environment's own stacks use."""
    for folder in _asset_folders(assembly / f"assembly-{environment}"):
        file = folder / SETTINGS
        document = read_document(file) if file.exists() else {}
        if isinstance(document, dict) and isinstance(document.get("aliases"), dict):
            yield document


def _asset_folders(stage: Path) -> list[Path]:
    folder = stage if stage.exists() else stage.parent
    sources = [
        each["source"]
        for file in sorted(folder.glob("*.assets.json"))
        for each in read_document(file).get("files", {}).values()
    ]
    return sorted({folder / each["path"] for each in sources if each.get("packaging") == "zip"})
