"""The two assemblies of a branch: where it left the other one, and as it is now. Each is
synthesized in a git worktree of its own, and the base is kept by its commit."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from audit.errors import AuditError

CACHE = Path(".local") / "audit"
CDK = Path("node_modules") / ".bin" / "cdk"
# Installed, not committed: the base is synthesized with what is installed for the head.
INSTALLED = (".venv", "node_modules")


def synthesized(ref: str) -> tuple[Path, Path]:
    """(base, head) for the branch that is checked out here. Raises AuditError."""
    root = Path(_git("rev-parse", "--show-toplevel"))
    base = _git("merge-base", "HEAD", ref)
    return _of_commit(root, base), _of_tree(root)


def _of_commit(root: Path, commit: str) -> Path:
    kept = root / CACHE / commit
    if not kept.exists():
        with _worktree(root, commit) as tree:
            made = Path(mkdtemp(prefix="base-", dir=_folder(root)))
            _synthesize(tree, made)
            made.rename(kept)
    return kept


def _of_tree(root: Path) -> Path:
    """By its commit too, if nothing is changed since; else made anew."""
    if not _git("status", "--porcelain", cwd=root):
        return _of_commit(root, _git("rev-parse", "HEAD", cwd=root))
    made = _folder(root) / "head"
    shutil.rmtree(made, ignore_errors=True)
    _synthesize(root, made)
    return made


@contextmanager
def _worktree(root: Path, commit: str) -> Iterator[Path]:
    tree = Path(mkdtemp(prefix="audit-")) / "tree"
    _git("worktree", "add", "--detach", "--quiet", str(tree), commit, cwd=root)
    try:
        for name in INSTALLED:
            if (root / name).exists() and not (tree / name).exists():
                (tree / name).symlink_to((root / name).resolve())
        yield tree
    finally:
        _git("worktree", "remove", "--force", str(tree), cwd=root)
        shutil.rmtree(tree.parent, ignore_errors=True)


def _synthesize(tree: Path, out: Path) -> None:
    """Without validation, which is `make check`'s and takes most of the time."""
    command = [
        str(CDK) if (tree / CDK).exists() else "cdk",
        "synth",
        "--quiet",
        "--output",
        str(out),
    ]
    environment = {**os.environ, "CDK_VALIDATION": "false", "CDK_DISABLE_CLI_TELEMETRY": "true"}
    try:
        done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True)
    except OSError as error:
        raise AuditError(f"{command[0]} could not be run: {error.strerror}") from error
    if done.returncode:
        raise AuditError(f"`{' '.join(command)}` failed in {tree}:\n{done.stderr[-2000:]}")


def _folder(root: Path) -> Path:
    folder = root / CACHE
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _git(*arguments: str, cwd: Path | None = None) -> str:
    done = subprocess.run(["git", *arguments], cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        raise AuditError(f"`git {' '.join(arguments)}` failed: {done.stderr.strip()}")
    return done.stdout.strip()
