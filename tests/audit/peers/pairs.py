"""The hazards on disk, as every tool reads them: the shop before, and each stack that was edited.

base/STACK.json, head/NUMBER/STACK.json
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tests.audit.changes.edits import edited
from tests.audit.changes.shop import cases, templates


@dataclass(frozen=True)
class Pair:
    category: str
    before: Path
    after: Path


def write(folder: Path) -> list[Pair]:
    """One pair a hazard, in the order of hazards.toml."""
    raws = {name: each.raw for name, each in templates().items()}
    before = {name: _write(folder / "base" / f"{name}.json", raw) for name, raw in raws.items()}
    pairs = []
    for number, case in enumerate(cases("hazards.toml", "hazard")):
        stack = case["stack"]
        path = folder / "head" / f"{number:03}" / f"{stack}.json"
        after = _write(path, edited(raws[stack], case))
        pairs.append(Pair(case["category"], before[stack], after))
    return pairs


def files(pairs: Sequence[Pair]) -> list[Path]:
    """Every template once."""
    return sorted({path for pair in pairs for path in (pair.before, pair.after)})


def _write(path: Path, raw: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(raw, indent=1, default=date.isoformat), encoding="utf-8")
    return path
