"""The two assemblies of a branch: where it left the other one, and as it is now. The base is
synthesized in a git worktree of its own; both are kept by their commits."""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from audit.errors import AuditError
from audit.git import git, left, worktree
from audit.packages import LOCKS

CACHE = Path(".local") / "audit"
CDK = Path("node_modules") / ".bin" / "cdk"
# Without the network; and without validation, which is not the audit's and takes most of the time.
SYNTH = ("synth", "--quiet", "--no-lookups", "--no-notices", "--output")
SPARED = {"CDK_VALIDATION": "false", "CDK_DISABLE_CLI_TELEMETRY": "true"}
# Installed, not committed: the base is synthesized with what is installed for the head.
INSTALLED = (".venv", "node_modules")


@dataclass(frozen=True)
class App:
    """`folder` is where the audit is run, which has the `cdk.json`; `place`, in the repository."""

    root: Path
    place: Path

    @property
    def folder(self) -> Path:
        return self.root / self.place

    def kept(self, commit: str) -> Path:
        """By what is installed too, for that makes another assembly of the same commit."""
        installed = hashlib.sha256()
        for pattern in LOCKS:
            for file in sorted(self.folder.glob(pattern)):
                installed.update(file.read_bytes())
        return self.cache / f"{commit}-{installed.hexdigest()[:12]}"

    @property
    def cache(self) -> Path:
        """No change of the repository, whatever its `.gitignore` says."""
        folder = self.folder / CACHE
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
        return folder


@dataclass(frozen=True)
class Sides:
    """`head_commit` is of the last commit; `dirty`, whether the head has more than that."""

    base: Path
    head: Path
    base_commit: str
    head_commit: str
    dirty: bool


def synthesized(ref: str) -> Sides:
    """For the branch that is checked out here. Raises AuditError."""
    app = App(Path(git("rev-parse", "--show-toplevel")), Path(git("rev-parse", "--show-prefix")))
    base, head = left(ref), git("rev-parse", "HEAD")
    dirty = bool(git("status", "--porcelain", cwd=app.root))
    before = _of_commit(app, base)
    return Sides(before, _of_tree(app) if dirty else _of_commit(app, head), base, head, dirty)


def _of_commit(app: App, commit: str) -> Path:
    kept = app.kept(commit)
    if not kept.exists():
        with worktree(app.root, commit) as tree:
            folder = tree / app.place
            if not folder.is_dir():
                raise AuditError(
                    f"{commit[:12]} has no {app.place}: there is nothing to compare with"
                )
            _install(app.folder, folder)
            _synthesize(folder, kept, commit[:12])
    return kept


def _of_tree(app: App) -> Path:
    made = app.cache / "head"
    shutil.rmtree(made, ignore_errors=True)
    _synthesize(app.folder, made, "what is not committed")
    return made


def _install(source: Path, target: Path) -> None:
    for name in INSTALLED:
        if (source / name).exists() and not (target / name).exists():
            (target / name).symlink_to((source / name).resolve())


def _synthesize(folder: Path, out: Path, what: str) -> None:
    """Beside `out` first: what is half done is never kept."""
    print(f"audit: synthesizes {what}", file=sys.stderr, flush=True)
    made = Path(mkdtemp(prefix="made-", dir=out.parent))
    try:
        _cdk(folder, made)
        if not out.exists():
            made.rename(out)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _cdk(folder: Path, out: Path) -> None:
    command = [str(CDK) if (folder / CDK).exists() else "cdk", *SYNTH, str(out)]
    try:
        done = subprocess.run(
            command, cwd=folder, env={**os.environ, **SPARED}, capture_output=True, text=True
        )
    except OSError as error:
        raise AuditError(f"{command[0]} could not be run: {error.strerror}") from error
    if done.returncode:
        raise AuditError(f"`cdk synth` failed in {folder}:\n{done.stderr[-2000:].strip()}")
