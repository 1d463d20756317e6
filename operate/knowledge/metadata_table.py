"""A CSV table of metadata: a row for each document, a column for each attribute."""

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from operate.errors import OperateError
from operate.knowledge.attributes import GROUPS, Attributes

DOCUMENT = "document"
SEPARATOR = ";"
# A code such as 007 is no number.
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
BOOLEANS = {"true": True, "false": False}


def read_table(path: Path) -> Mapping[str, Attributes]:
    """Attributes by document, an empty cell being none; raises OperateError with every problem."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            headings, rows = list(reader.fieldnames or ()), list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise OperateError(f"the table {path} cannot be read: {error}") from None
    if found := [*_headings(headings), *_rows(rows)]:
        raise OperateError("\n  ".join([f"the table {path} is not right:", *found]))
    return {_name(row): _attributes(row) for row in rows}


def _headings(headings: list[str]) -> Iterator[str]:
    if DOCUMENT not in headings:
        yield f"no column {DOCUMENT!r}; it has {headings}"
    for name in sorted({name for name in headings if headings.count(name) > 1 or not name}):
        yield f"column {name!r} has no name, or another has it too"


def _rows(rows: list[dict[str, Any]]) -> Iterator[str]:
    names = [_name(row) for row in rows]
    for line, (row, name) in enumerate(zip(rows, names, strict=True), 2):
        if None in row or None in row.values():
            yield f"line {line}: not as many cells as there are columns"
        if not name:
            yield f"line {line}: names no document"
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        yield f"{name}: has two rows"


def _name(row: Mapping[str, Any]) -> str:
    return unicodedata.normalize("NFC", (row.get(DOCUMENT) or "").strip())


def _attributes(row: Mapping[str, str]) -> Attributes:
    cells = {name: cell.strip() for name, cell in row.items() if name != DOCUMENT}
    return {name: _value(name, cell) for name, cell in cells.items() if cell}


def _value(name: str, cell: str) -> Any:
    """Groups and lists are separated by semicolons; a group is always a text."""
    if name == GROUPS or SEPARATOR in cell:
        return [part.strip() for part in cell.split(SEPARATOR) if part.strip()]
    if cell.lower() in BOOLEANS:
        return BOOLEANS[cell.lower()]
    if NUMBER.fullmatch(cell):
        return float(cell) if "." in cell else int(cell)
    return cell
