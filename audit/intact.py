"""Is a cloud assembly whole? What is missing or cut off must never look like nothing changed."""

from pathlib import Path

from audit.errors import Unreadable
from audit.template import read_document

ASSETS = "cdk:asset-manifest"


def check_intact(folder: Path) -> None:
    """Every manifest can be read and everything that it names is there. Raises Unreadable."""
    for manifest in sorted(folder.rglob("manifest.json")):
        if manifest.parent == folder or manifest.parent.name.startswith("assembly-"):
            _check(manifest)


def _check(manifest: Path) -> None:
    document = read_document(manifest)
    try:
        for artifact in document["artifacts"].values():
            if artifact["type"] == ASSETS:
                _check_assets(manifest.parent / artifact["properties"]["file"])
    except (AttributeError, KeyError, TypeError) as error:
        raise Unreadable(f"{manifest} is not a cloud assembly's: {error!r}") from error
    if document.get("missing"):
        raise Unreadable(
            f"{manifest} says that context is missing: synthesize with credentials once"
        )


def _check_assets(file: Path) -> None:
    document = read_document(file)
    sources = [*document.get("files", {}).values(), *document.get("dockerImages", {}).values()]
    for each in sources:
        source = each["source"]
        path = source.get("path") or source.get("directory")
        if path and not (file.parent / path).exists():
            raise Unreadable(f"{file} names {path}, which is not there")
