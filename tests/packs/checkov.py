"""checkov over the templates of assemblies, in an environment of its own.

.local/checkov    requirements-checkov.txt, by hash: it pins another boto3 than we do
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tests.packs.assemblies import Assembly, Finding, distinct, resource

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements-checkov.txt"
VENV = ROOT / ".local" / "checkov"
STAMP = VENV / ".installed-from"
UV = Path(sys.executable).with_name("uv")


def install() -> None:
    """Make the environment, unless it is there from this very lock."""
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if STAMP.is_file() and STAMP.read_text() == wanted:
        return
    where = {**os.environ, "VIRTUAL_ENV": str(VENV)}
    for command in (
        [UV, "venv", "--quiet", "--clear", "--python", sys.executable, VENV],
        [UV, "pip", "sync", "--quiet", "--require-hashes", LOCK],
    ):
        subprocess.run(command, env=where, check=True)
    STAMP.write_text(wanted)


def failed(*assemblies: Assembly) -> Iterator[Finding]:
    """What it finds and is not told to skip."""
    yield from _checks(assemblies, "failed_checks")


def skipped(*assemblies: Assembly) -> Iterator[Finding]:
    """What it would find, but for the metadata of the resource."""
    yield from _checks(assemblies, "skipped_checks")


def _checks(assemblies: tuple[Assembly, ...], kind: str) -> Iterator[Finding]:
    for check in report(assemblies)["results"][kind]:
        logical_id = check["resource"].rpartition(".")[2]
        yield Finding(check["check_id"], *resource(Path(check["file_abs_path"]), logical_id))


@cache
def report(assemblies: tuple[Assembly, ...]) -> Any:
    """Its own report, of every template at once; offline, for its policies are built in."""
    install()
    command = [VENV / "bin" / "checkov", "--framework", "cloudformation", "--skip-download"]
    command += ["--compact", "--output", "json", "--file", *distinct(assemblies)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    return json.loads(ran.stdout)
