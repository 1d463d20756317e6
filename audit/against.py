"""The two assemblies of a branch: where it left the other one, and as it is now. The base is
synthesized in a git worktree of its own; both are kept by their commits."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from tempfile import mkdtemp

from audit.errors import AuditError
from audit.git import git, left, worktree
from audit.packages import LOCKS, changed
from audit.provenance import Provenance

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
        installed = hashlib.sha256(json.dumps(self.locks()).encode()).hexdigest()
        return self.cache / f"{commit}-{installed[:12]}"

    def locks(self) -> dict[str, str]:
        """The lock files as they are now."""
        files = (file for pattern in LOCKS for file in sorted(self.folder.glob(pattern)))
        return {each.name: each.read_text(encoding="utf-8") for each in files}

    @property
    def cache(self) -> Path:
        """No change of the repository, whatever its `.gitignore` says."""
        folder = self.folder / CACHE
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
        return folder


def synthesized(ref: str) -> tuple[Path, Path, Provenance]:
    """(base, head, where they come from) of the branch that is checked out. Raises AuditError."""
    app = App(Path(git("rev-parse", "--show-toplevel")), Path(git("rev-parse", "--show-prefix")))
    base, head = left(ref), git("rev-parse", "HEAD")
    dirty = bool(git("status", "--porcelain", cwd=app.root))
    before = _of_commit(app, base)
    after = _of_tree(app) if dirty else _of_commit(app, head)
    return before, after, Provenance(base, head, dirty, changed(_locks(app, base), app.locks()))


def _locks(app: App, commit: str) -> dict[str, str]:
    """The lock files of a commit."""
    listed = git("ls-tree", "--name-only", "-z", commit, f"{app.place.as_posix()}/", cwd=app.root)
    names = [Path(each).name for each in listed.split("\0")]
    return {
        name: git("show", f"{commit}:{(app.place / name).as_posix()}", cwd=app.root)
        for name in names
        if any(fnmatch(name, pattern) for pattern in LOCKS)
    }


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
