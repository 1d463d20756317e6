"""Changes the text of a TOML file field by field: everything else keeps its place and its comments.

A file is blocks, each the comment right above a table's header, the header, and its fields.
"""

import re
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, cast

import tomlkit
from tomlkit.container import Container
from tomlkit.items import AbstractTable, Item

from config.compare import Path

HEADER = re.compile(r"\s*\[[^\[\]]+\]\s*(#.*)?$")


@dataclass(eq=False)
class Block:
    """One table as it is written; the fields before the first header are the block of no path."""

    path: Path
    head: str
    fields: tomlkit.TOMLDocument
    gap: str

    @property
    def text(self) -> str:
        """What stands in the file."""
        return self.head + tomlkit.dumps(self.fields) + self.gap


class Layout:
    """A file that is being changed; `text` is what it says by now."""

    def __init__(self, text: str) -> None:
        self.blocks = list(_blocks(text))

    @property
    def text(self) -> str:
        """All of the file, with no empty line at its end."""
        return "".join(block.text for block in self.blocks).rstrip("\n") + "\n"

    def take(self, path: Path, source: "Layout") -> None:
        """Say of a field or table what `source` says; where that says nothing, neither do we."""
        tables, item = source._tables(path), source._item(path)
        if item is not None and not self._tables(path):
            self._set(path, deepcopy(item))
            return
        at = self._remove(path)
        if item is not None:
            self._set(path, deepcopy(item))
        self._insert(tables, at)

    def _tables(self, path: Path) -> list[Block]:
        return [block for block in self.blocks if block.path[: len(path)] == path]

    def _item(self, path: Path) -> Item | None:
        block, rest = self._holder(path)
        found: Any = block.fields
        for name in rest:
            inside = found.value if isinstance(found, AbstractTable) else found
            if not isinstance(inside, Container) or name not in inside:
                return None
            found = inside.item(name)
        return cast(Item, found) if rest else None

    def _holder(self, path: Path) -> tuple[Block, Path]:
        """The table that has a field or would have it, and the field's path inside."""
        holding = [block for block in self.blocks if path[: len(block.path)] == block.path]
        block = max(holding, key=lambda block: len(block.path))
        return block, path[len(block.path) :]

    def _remove(self, path: Path) -> int:
        """Leave a field or a table out; returns where a table of its kind belongs."""
        block, rest = self._holder(path)
        if self._item(path) is not None:
            _inside(block, rest).remove(rest[-1])
        at, gone = self._place(path), self._tables(path)
        self.blocks = [block for block in self.blocks if block not in gone]
        return at

    def _place(self, path: Path) -> int:
        """Where a table is or would be: before what lies inside it, after what is akin to it."""
        if inside := self._tables(path):
            return self.blocks.index(inside[0])
        akin = [i for i, block in enumerate(self.blocks) if block.path[:1] == path[:1]]
        return akin[-1] + 1 if akin else len(self.blocks)

    def _insert(self, tables: list[Block], at: int) -> None:
        if tables and at:
            self.blocks[at - 1].gap = self.blocks[at - 1].gap or "\n"
        apart = [replace(table, gap=table.gap or "\n") for table in tables]
        self.blocks[at:at] = apart

    def _set(self, path: Path, item: Item) -> None:
        """The comment beside the new value comes along; without one, that of the old stays."""
        block, rest = self._holder(path)
        if len(rest) > 1 and rest[0] not in block.fields:
            table = Block(path[:-1], f"[{'.'.join(path[:-1])}]\n", tomlkit.document(), "")
            self._insert([table], self._place(table.path))
            block, rest = self._holder(path)
        comment, space = item.trivia.comment, item.trivia.comment_ws
        _inside(block, rest)[rest[-1]] = item
        if comment:
            item.trivia.comment, item.trivia.comment_ws = comment, space


def _inside(block: Block, rest: Path) -> Container | AbstractTable:
    inside: Any = block.fields
    for name in rest[:-1]:
        inside = inside[name]
    return cast("Container | AbstractTable", inside)


def _blocks(text: str) -> Iterator[Block]:
    lines = text.splitlines(keepends=True)
    headers = [i for i in range(len(lines)) if _is_header(lines, i)]
    starts = [_comment_above(lines, header) for header in headers]
    for header, start, end in zip([-1, *headers], [0, *starts], [*starts, len(lines)], strict=True):
        body = "".join(lines[header + 1 : end])
        fields = body.rstrip("\n") + "\n" if body.strip() else ""
        path = _path(lines[header]) if header >= 0 else ()
        head = "".join(lines[start : header + 1])
        yield Block(path, head, tomlkit.parse(fields), body[len(fields) :])


def _is_header(lines: list[str], at: int) -> bool:
    """A line that looks like one is none in the middle of a text or a list."""
    if not HEADER.match(lines[at]):
        return False
    try:
        tomllib.loads("".join(lines[:at]))
    except tomllib.TOMLDecodeError:
        return False
    return True


def _comment_above(lines: list[str], header: int) -> int:
    start = header
    while start and lines[start - 1].startswith("#"):
        start -= 1
    return start if start == 0 or not lines[start - 1].strip() else header


def _path(header: str) -> Path:
    names, table = [], tomllib.loads(header)
    while table:
        ((name, table),) = table.items()
        names.append(name)
    return tuple(names)
