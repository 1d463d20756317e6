"""What the audit asks git: which commits there are, and what stood in them."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from audit.errors import AuditError


def git(*arguments: str, cwd: Path | None = None) -> str:
    """What it says; raises AuditError with its complaint."""
    done = _run(*arguments, cwd=cwd)
    if done.returncode:
        raise AuditError(f"`git {' '.join(arguments)}` failed: {done.stderr.strip()}")
    return done.stdout.strip()


def left(ref: str) -> str:
    """The commit where the branch that is checked out left another one."""
    if _run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}").returncode:
        raise AuditError(
            f"there is no commit {ref!r} here; fetch it (`git fetch origin`), or name one that is"
        )
    found = _run("merge-base", "HEAD", ref)
    if found.returncode:
        raise AuditError(
            f"HEAD and {ref!r} have no commit in common; fetch the whole history "
            "(`git fetch --unshallow`, or fetch-depth: 0)"
        )
    return found.stdout.strip()


@contextmanager
def worktree(root: Path, commit: str) -> Iterator[Path]:
    """The files of a commit, for as long as the block lasts."""
    tree = Path(mkdtemp(prefix="audit-")) / "tree"
    try:
        git("worktree", "add", "--detach", "--quiet", str(tree), commit, cwd=root)
        yield tree
    finally:
        _run("worktree", "remove", "--force", str(tree), cwd=root)
        rmtree(tree.parent, ignore_errors=True)


def _run(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(["git", *arguments], cwd=cwd, capture_output=True, text=True)
    except OSError as error:
        raise AuditError(f"git could not be run: {error.strerror}") from error
