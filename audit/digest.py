"""One number for everything that would be deployed: approvals hold for it and for nothing else."""

import hashlib
from pathlib import Path

from audit.errors import Unreadable

# Written by `cdk` beside the assembly while it reads it; not part of what is deployed.
BESIDE = {"synth.lock"}


def digest(path: Path) -> str:
    """SHA-256 over the names and contents of all files, in the order of their names."""
    total = hashlib.sha256()
    files = (
        [path]
        if path.is_file()
        else sorted(each for each in path.rglob("*") if each.is_file() or each.is_symlink())
    )
    for file in files:
        name = file.name if path.is_file() else file.relative_to(path).as_posix()
        if _is_beside(name):
            continue
        if file.is_symlink():
            raise Unreadable(f"{file} is a link; an assembly holds its own files")
        content = hashlib.sha256(file.read_bytes()).digest()
        total.update(hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest() + content)
    return f"sha256:{total.hexdigest()}"


def _is_beside(name: str) -> bool:
    return name in BESIDE or (name.startswith("read.") and name.endswith(".lock"))
