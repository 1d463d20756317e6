"""Is a cloud assembly whole? What is missing or cut off must never look like nothing changed."""

from pathlib import Path

from audit.errors import Unreadable
from audit.template import read_document

ASSETS = "cdk:asset-manifest"
# What only an assembly holds; a folder of templates has none of it.
PARTS = ("cdk.out", "assembly-*", "*.assets.json", "**/manifest.json")


def is_assembly(path: Path) -> bool:
    """Raises Unreadable for what was one before its manifest got lost."""
    if (path / "manifest.json").exists():
        return True
    found = [each for part in PARTS for each in path.glob(part)] if path.is_dir() else []
    if found:
        raise Unreadable(f"{path} holds {found[0].name} but no manifest.json: it is not whole")
    return False


def check_intact(folder: Path) -> None:
    """Every manifest can be read, those of assets too. Raises Unreadable."""
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


def _check_assets(file: Path) -> None:
    if "version" not in read_document(file):
        raise Unreadable(f"{file} is not an asset manifest: it has no version")


def lacking(file: Path) -> list[str]:
    """What an asset manifest names and its assembly does not hold: nobody saw what it would do."""
    document = read_document(file)
    sources = [
        each["source"]
        for sort in ("files", "dockerImages")
        for each in document.get(sort, {}).values()
    ]
    paths = [each.get("path") or each.get("directory") for each in sources]
    return sorted(each for each in paths if each and not (file.parent / each).exists())
