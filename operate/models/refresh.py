"""One refresh: packages and overrides in, config/models.toml out, judged before it is written."""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from config.load import MODELS, parse_catalogue
from operate.models.assemble import assemble
from operate.models.changes import Change, changes
from operate.models.doubts import doubts
from operate.models.overrides import read_overrides
from operate.models.packages import SOURCES, read_packages
from operate.models.render import render

TARGET = MODELS
OVERRIDES = TARGET.with_name("models.overrides.toml")


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did; `changed` when the file's bytes are not what they were."""

    models: int
    changed: bool
    written: bool
    changes: tuple[Change, ...]
    warnings: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """The last line of the summary."""
        done = "written" if self.written else "would change" if self.changed else "unchanged"
        return f"config/{TARGET.name}: {self.models} models, {done}"

    def as_json(self) -> dict[str, Any]:
        """The summary for machines."""
        told = [{"kind": kind, "model": model} for kind, model in self.changes]
        return {**vars(self), "changes": told, "warnings": list(self.warnings)}


def refresh(
    packages: Path,
    *,
    write: bool,
    target: Path = TARGET,
    overrides: Path = OVERRIDES,
    sources: Path = SOURCES,
) -> Refreshed:
    """Raises OperateError for packages or overrides that do not fit, ConfigError when the
    catalogue's own types refuse the result; the file is then as it was."""
    data = read_packages(packages, sources)
    models, warnings = assemble(data, read_overrides(overrides))
    new = render(models)
    parse_catalogue(new)
    old = target.read_text(encoding="utf-8") if target.is_file() else ""
    written = write and new != old
    if written:
        _replace(target, new)
    told = (*warnings, *doubts(data, models))
    return Refreshed(len(models), new != old, written, _changes(old, new), told)


def _changes(old: str, new: str) -> tuple[Change, ...]:
    was, now = (tomllib.loads(text, parse_float=Decimal) for text in (old, new))
    return tuple(changes(was, now))


def _replace(target: Path, text: str) -> None:
    """All or nothing: a reader never sees half a catalogue."""
    draft = target.with_name(f".{target.name}.new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(target)
