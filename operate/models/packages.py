"""The reader of the installed packages: their data files and nothing else, at pinned versions."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from operate.errors import OperateError

SOURCES = Path(__file__).with_name("sources.toml")
# One record of a package's data file, as it is there.
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Source:
    """A package as sources.toml pins it; `retrieved` is the day that its facts are dated with."""

    package: str
    version: str
    retrieved: date
    models: str
    purpose: str
    changed: str = ""
    forbidden: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.package} {self.version}"


@dataclass(frozen=True)
class Packages:
    """What both packages say, by model id; prices also by profile id and `bedrock/REGION/id`."""

    availability: Source
    prices: Source
    available: Mapping[str, Record]
    changed: Mapping[str, Record] = field(default_factory=dict)
    priced: Mapping[str, Record] = field(default_factory=dict)


def read_packages(directory: Path, sources: Path = SOURCES) -> Packages:
    """Read both packages; raises OperateError when one is missing or not the pinned version."""
    pinned = tomllib.loads(sources.read_text(encoding="utf-8"))
    availability, prices = Source(**pinned["availability"]), Source(**pinned["prices"])
    for source in (availability, prices):
        _check_version(source, directory)
    return Packages(
        availability,
        prices,
        available=_read(directory, availability.models),
        changed=_read(directory, availability.changed),
        priced=_read(directory, prices.models),
    )


def _check_version(source: Source, directory: Path) -> None:
    found = [each.version for each in distributions(name=source.package, path=[str(directory)])]
    if not found:
        raise OperateError(f"{source.package} is not in {directory}; `make models` installs it")
    if source.version in source.forbidden or found != [source.version]:
        raise OperateError(
            f"{directory} holds {source.package} {', '.join(found)}, but {SOURCES.name} pins "
            f"{source.version}; change the two, requirements-catalogue.txt and `retrieved` together"
            f" (never to {', '.join(source.forbidden) or 'a version that was withdrawn'})"
        )


def _read(directory: Path, file: str) -> Mapping[str, Record]:
    """Decimals stay as written: a price must not pass through a binary float."""
    try:
        text = (directory / file).read_text(encoding="utf-8")
        records: Mapping[str, Record] = json.loads(text, parse_float=Decimal)
    except (OSError, ValueError) as error:
        raise OperateError(f"{directory / file} is not the JSON expected: {error}") from None
    return records
