"""What functions read beside their code: JSON files in their assets. An order of models, a limit or
a switch that is kept there is part of the change, though no template names it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from audit.template import Json, Template, read_document

FUNCTION = "AWS::Lambda::Function"
# Lists of packages and of a compiler's options; a bigger file is data and not settings.
NOT_SETTINGS = ("package.json", "package-lock.json", "tsconfig.json")
BIGGEST = 256 * 1024


def with_asset_settings(path: Path, templates: Sequence[Template]) -> list[Template]:
    """The templates, with each function's files as properties of it, called `(name.json)`."""
    folders = {each.name.removeprefix("asset."): each for each in path.rglob("asset.*")}
    return [_with_settings(each, folders) for each in templates]


def _with_settings(template: Template, folders: Mapping[str, Path]) -> Template:
    resources = {
        id: {**each, "Properties": {**(each.get("Properties") or {}), **_settings(each, folders)}}
        if each["Type"] == FUNCTION
        else each
        for id, each in template.section("Resources").items()
    }
    return replace(template, raw={**template.raw, "Resources": resources})


def _settings(function: Mapping[str, Json], folders: Mapping[str, Path]) -> dict[str, Json]:
    code = (function.get("Properties") or {}).get("Code")
    key = code.get("S3Key") if isinstance(code, Mapping) else None
    folder = folders.get(str(key).partition(".")[0])
    if not folder or not folder.is_dir():
        return {}
    return {f"({each.name})": read_document(each) for each in _files(folder)}


def _files(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.glob("*.json")):
        if file.name not in NOT_SETTINGS and file.stat().st_size <= BIGGEST:
            yield file
