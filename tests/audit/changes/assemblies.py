"""Cloud assemblies of the shop as `cdk synth` writes them, with stages and assets."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from tests.audit.changes.shop import ACCOUNT, REGION, templates

VERSION = "55.0.0"


def raws() -> dict[str, Any]:
    return {name: each.raw for name, each in templates().items()}


def write_assembly(folder: Path, stages: Mapping[str, Mapping[str, Any]]) -> Path:
    """One nested assembly a stage; each holds the templates given for it."""
    artifacts = {}
    for stage, stacks in stages.items():
        inner = folder / f"assembly-{stage}"
        inner.mkdir(parents=True)
        _write(inner / "manifest.json", _manifest(inner, stage, stacks))
        artifacts[f"assembly-{stage}"] = {
            "type": "cdk:cloud-assembly",
            "properties": {"directoryName": inner.name, "displayName": stage},
            "displayName": stage,
        }
    _write(folder / "manifest.json", {"version": VERSION, "artifacts": artifacts})
    return folder


def _manifest(inner: Path, stage: str, stacks: Mapping[str, Any]) -> Any:
    artifacts: dict[str, Any] = {}
    for name, raw in stacks.items():
        id = f"{stage}-{name}"
        _write(inner / f"{id}.template.json", raw)
        _write(inner / f"{id}.assets.json", _assets(inner, id))
        artifacts[f"{id}.assets"] = {
            "type": "cdk:asset-manifest",
            "properties": {"file": f"{id}.assets.json"},
        }
        artifacts[id] = {
            "type": "aws:cloudformation:stack",
            "environment": f"aws://{ACCOUNT}/{REGION}",
            "properties": {"templateFile": f"{id}.template.json", "stackName": id},
            "displayName": f"{stage}/{name}",
        }
    return {"version": VERSION, "artifacts": artifacts}


def _assets(inner: Path, id: str) -> Any:
    asset = inner / f"asset.{id}"
    asset.mkdir()
    (asset / "index.py").write_text("def handler(event, context): ...\n")
    source = {"path": asset.name, "packaging": "zip"}
    return {"version": VERSION, "files": {id: {"source": source, "destinations": {}}}}


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1, default=date.isoformat))
