"""What an environment said before: the models of its file in an earlier git revision."""

import subprocess
import tomllib
from collections.abc import Iterator
from typing import Any

from config.errors import ConfigError, Problem
from config.gate import Before
from config.load import ENVIRONMENTS, HERE


def deployed_models(name: str, against: str | None) -> Before:
    """The ids of each alias and knowledge base in the earlier file; None where git knows none.

    Without a revision it is the point where this branch left origin/main; on main itself, or in a
    checkout without it, the commit before, or HEAD while the file has changes of its own.
    """
    path = str((ENVIRONMENTS / f"{name}.toml").relative_to(HERE.parent))
    revision = _base(path) if against is None else _verified(against)
    text = _git("show", f"{revision}:./{path}") if revision else None
    if text is None:
        return None
    try:
        return dict(_models(tomllib.loads(text)))
    except (ValueError, RecursionError):  # it was broken there: nothing can be said of it
        return None


def _verified(revision: str) -> str:
    found = _commit(revision)
    if found is None:
        expected = "a git revision that this checkout has"
        raise ConfigError([Problem("(command line)", "--against", revision, expected)])
    return found


def _base(path: str) -> str | None:
    head = _commit("HEAD")
    fork = _git("merge-base", "HEAD", "origin/main")
    if fork and fork != head:
        return fork
    return head if _git("status", "--porcelain", "--", path) else _commit("HEAD^1")


def _commit(revision: str) -> str | None:
    return _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")


def _models(declared: dict[str, Any]) -> Iterator[tuple[str, frozenset[str]]]:
    """Whatever of it has the right shape: an old file may be broken, and repaired now."""
    for table in ("aliases", "knowledge_bases"):
        found = declared.get(table)
        for name, one in found.items() if isinstance(found, dict) else ():
            if isinstance(one, dict):
                fallbacks = one.get("fallbacks")
                ids = [one.get("model"), one.get("embedding_model")]
                ids += fallbacks if isinstance(fallbacks, list) else []
                yield f"{table}.{name}", frozenset(id for id in ids if isinstance(id, str))


def _git(*arguments: str) -> str | None:
    """What git prints, or None: without git, or outside a checkout, nothing is known."""
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=HERE.parent, capture_output=True, text=True, check=False
        )
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
