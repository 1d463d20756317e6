"""Where a verdict comes from: which commits, by which rules, built with which packages."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from audit.packages import Package

FOLDER = Path(__file__).parent
TOOL, VERSION = "strata-audit", "0.1.0"  # the kit's, in pyproject.toml
RULES = (".py", ".toml", ".json")


@dataclass(frozen=True)
class Provenance:
    """Commits are empty where only assemblies are given; a `dirty` head has more than its own."""

    base: str = ""
    head: str = ""
    dirty: bool = False
    packages: Sequence[Package] = ()


@cache
def rules_version() -> str:
    """Of every rule and all data that they go by: another one may judge otherwise."""
    total = hashlib.sha256()
    for file in sorted(each for each in FOLDER.rglob("*") if each.suffix in RULES):
        name = file.relative_to(FOLDER).as_posix().encode()
        total.update(hashlib.sha256(name).digest() + hashlib.sha256(file.read_bytes()).digest())
    return f"sha256:{total.hexdigest()}"
