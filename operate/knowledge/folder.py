"""The documents of a folder as they will be named in S3, and everything that is wrong with them."""

import hashlib
import os
import stat
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from operate.knowledge.limits import KEY_BYTES, METADATA, READ_AS

BLOCK = 1 << 20
# What an editor leaves while it has a document open.
LOCKS = ("~$", ".")


@dataclass(frozen=True)
class Item:
    """One object to be: where its bytes are, and what they hash to. `name` is below the prefix."""

    name: str
    source: Path | bytes
    size: int
    sha256: str

    @property
    def is_metadata(self) -> bool:
        return self.name.endswith(METADATA)

    @property
    def content_type(self) -> str:
        kind = PurePosixPath(self.name).suffix.lower()
        return "application/json" if self.is_metadata else READ_AS[kind]

    def read(self) -> bytes:
        return self.source if isinstance(self.source, bytes) else self.source.read_bytes()


def item(name: str, body: bytes) -> Item:
    """What is not read from a file."""
    return Item(name, body, len(body), hashlib.sha256(body).hexdigest())


@dataclass
class Folder:
    """What a folder holds: items by name, what is left out on purpose, and what is wrong."""

    items: dict[str, Item] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def documents(self) -> list[Item]:
        return [each for each in self.items.values() if not each.is_metadata]


def read_folder(root: Path, types: Mapping[str, int]) -> Folder:
    """Every file below `root`; `types` are the endings that are read, with their largest size."""
    folder = Folder()
    for path in _files(root, folder):
        shown = os.fsencode(path.relative_to(root)).decode("utf-8", "backslashreplace")
        problem = _problem(path, shown, types)
        if problem:
            folder.problems.append(f"{shown}: {problem}")
        else:
            _take(path, unicodedata.normalize("NFC", shown), folder)
    return folder


def _files(root: Path, folder: Folder) -> Iterator[Path]:
    """In the order of their names; a link is left out, for it may lead anywhere."""

    def unreadable(error: OSError) -> None:
        folder.problems.append(f"{error.filename}: {error.strerror}")

    for top, folders, files in os.walk(root, onerror=unreadable):
        for name in sorted((*folders, *files)):
            path = Path(top, name)
            if name.startswith(LOCKS) or path.is_symlink():
                folder.left_out.append(str(path.relative_to(root)))
            elif name in files:
                yield path
        folders[:] = sorted(name for name in folders if not name.startswith(LOCKS))


def _problem(path: Path, shown: str, types: Mapping[str, int]) -> str | None:
    """What is wrong with a file by its name, kind and size."""
    about = path.lstat()
    kind = path.suffix.lower()
    if not stat.S_ISREG(about.st_mode):
        return "is no regular file"
    if not _is_unicode(str(path)) or any(unicodedata.category(c) == "Cc" for c in shown):
        return "a name of control characters or undecodable bytes cannot be a key; rename it"
    if len(shown.encode()) > KEY_BYTES:
        return f"its path has {len(shown.encode())} bytes; a key has at most {KEY_BYTES}"
    if shown.endswith(METADATA):
        return None
    if kind not in types:
        return f"documents of type {kind or '(none)'} are not read; {' '.join(sorted(types))} are"
    if about.st_size > types[kind]:
        return f"has {about.st_size:,} bytes; at most {types[kind]:,} are read of {kind}"
    return None


def _take(path: Path, name: str, folder: Folder) -> None:
    if name in folder.items:
        folder.problems.append(f"{name}: two files have this name, in two spellings of Unicode")
        return
    try:
        folder.items[name] = Item(name, path, path.stat().st_size, _sha256(path))
    except OSError as error:
        folder.problems.append(f"{name}: {error.strerror}")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)
