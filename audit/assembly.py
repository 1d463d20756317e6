"""What is given to an audit, a template, a folder or a `cdk.out`, as environments of templates."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from audit.errors import Unreadable
from audit.intact import lacking
from audit.template import Json, Template, read_document, read_template

# An environment whose name nobody said is judged as the strictest.
UNKNOWN = "unknown"
STACK, STAGE = "aws:cloudformation:stack", "cdk:cloud-assembly"
NESTED = "AWS::CloudFormation::Stack"
SUFFIXES = (".json", ".yaml", ".yml")


def read_environments(paths: Sequence[Path], bare: str = UNKNOWN) -> dict[str, list[Template]]:
    """Templates by environment: a CDK stage is one, and so are all bare templates together."""
    found: dict[str, list[Template]] = {}
    for path in paths:
        for environment, template in _read(path, bare):
            found.setdefault(environment, []).append(template)
    if not found:
        raise Unreadable(f"no template in {', '.join(map(str, paths))}")
    return found


def _read(path: Path, bare: str) -> Iterator[tuple[str, Template]]:
    if not path.exists():
        raise Unreadable(f"{path} does not exist; give a template, a folder of them or a cdk.out")
    if path.is_file():
        yield bare, read_template(path)
    elif (path / "manifest.json").exists():
        yield from _assembly(path, bare)
    else:
        for file in _templates(path):
            # Files of one name may lie in several folders: each is a stack of its own.
            name = (file.parent / file.name.partition(".")[0]).relative_to(path).as_posix()
            yield bare, read_template(file, name)


def _templates(folder: Path) -> list[Path]:
    """Its templates; other JSON and YAML may lie beside them, and what cannot be read may not."""
    files = sorted(each for each in folder.rglob("*") if each.suffix in SUFFIXES)
    return [each for each in files if _may_be_template(read_document(each))]


def _may_be_template(document: Json) -> bool:
    known = {"Resources", "AWSTemplateFormatVersion"}
    return isinstance(document, dict) and not known.isdisjoint(document)


def _assembly(folder: Path, environment: str) -> Iterator[tuple[str, Template]]:
    manifest = folder / "manifest.json"
    document = read_document(manifest)
    try:
        for id, artifact in sorted(document["artifacts"].items()):
            if artifact["type"] == STACK:
                missing = tuple(sorted(each["key"] for each in document.get("missing") or ()))
                own, *nested = _stack(folder, id, artifact)
                lacks = tuple(_lacking(folder, document["artifacts"].get(f"{id}.assets")))
                yield environment, replace(own, looked_up=missing, lacks=lacks)
                yield from ((environment, each) for each in nested)
            if artifact["type"] == STAGE:
                inner = folder / artifact["properties"]["directoryName"]
                name = artifact.get("displayName") or id.removeprefix("assembly-")
                yield from _assembly(inner, name)
    except (AttributeError, KeyError, TypeError) as error:
        raise Unreadable(f"{manifest} is not a cloud assembly's: {error!r}") from error


def _stack(folder: Path, id: str, artifact: Json) -> Iterator[Template]:
    properties = artifact["properties"]
    account, _, region = artifact.get("environment", "").removeprefix("aws://").partition("/")
    known = [each if not each.startswith("unknown") else "" for each in (account, region)]
    path = folder / properties["templateFile"]
    template = read_template(path, properties.get("stackName") or id, *known)
    protected = properties.get("terminationProtection") is True
    template = replace(template, paths=_paths(folder, artifact), protected=protected)
    yield template
    yield from _nested(folder, template)


def _lacking(folder: Path, assets: Json) -> list[str]:
    return lacking(folder / assets["properties"]["file"]) if assets else []


def _paths(folder: Path, artifact: Json) -> dict[str, str]:
    """Logical id to construct path; CDK keeps them in the manifest, or in a file beside it."""
    elsewhere = artifact.get("additionalMetadataFile")
    told = read_document(folder / elsewhere) if elsewhere else artifact.get("metadata", {})
    stage = artifact.get("displayName", "").rpartition("/")[0]
    return {
        entry["data"]: path.removeprefix(f"/{stage}").strip("/").removesuffix("/Resource")
        for path, entries in told.items()
        for entry in entries
        if entry["type"] == "aws:cdk:logicalId"
    }


def _nested(folder: Path, parent: Template) -> Iterator[Template]:
    """The templates of nested stacks, which CDK writes beside their parent's."""
    for id, resource in parent.section("Resources").items():
        if resource["Type"] == NESTED and (asset := _asset(folder, resource)):
            path = folder / asset
            given = (resource.get("Properties") or {}).get("Parameters") or {}
            nested = read_template(path, f"{parent.name}/{id}", parent.account, parent.region)
            nested = replace(nested, parent=parent.name, given=given)
            yield nested
            yield from _nested(folder, nested)


def _asset(folder: Path, nested: Json) -> str | None:
    """Its template's file: said in its metadata or, as an app that is run without CDK's command
    line leaves that out, in the asset manifest of what is uploaded."""
    if said := (nested.get("Metadata") or {}).get("aws:asset:path"):
        return str(said)
    url = json.dumps((nested.get("Properties") or {}).get("TemplateURL"), default=str)
    return next((path for key, path in _uploads(folder) if key in url), None)


def _uploads(folder: Path) -> Iterator[tuple[str, str]]:
    """(name in the bucket, file) of each template that is uploaded."""
    for manifest in sorted(folder.glob("*.assets.json")):
        for file in read_document(manifest).get("files", {}).values():
            if str(path := file["source"].get("path")).endswith(".template.json"):
                for each in file.get("destinations", {}).values():
                    yield each["objectKey"], str(path)
