"""What the bench measures ours beside, in an environment of its own: installed once, from locks.

.local/bench/venv    requirements-bench.txt, by hash
.local/bench/node    tests/bench/portkey/package-lock.json, by integrity
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOME = ROOT / ".local" / "bench"
VENV, NODE = HOME / "venv", HOME / "node"
PYTHON = VENV / "bin" / "python"
_LOCK = ROOT / "requirements-bench.txt"
_PORTKEY = Path(__file__).parent / "portkey"
_TOOLS = Path(sys.executable).parent
_MEASURED = ("boto3", "awslambdaric", "fastapi", "uvicorn", "mangum", "litellm")


def prepare() -> dict[str, str]:
    """Install what is missing; why, for what can be done without and could not be installed."""
    HOME.mkdir(parents=True, exist_ok=True)
    _unless_installed("python", _LOCK, _install_python)
    try:
        _unless_installed("portkey", _PORTKEY / "package-lock.json", _install_portkey)
    except subprocess.CalledProcessError as error:
        return {
            "Portkey": "not installed: " + (error.stderr or str(error)).strip().splitlines()[-1]
        }
    return {}


def _unless_installed(name: str, lock: Path, install: Callable[[], None]) -> None:
    """From this very lock."""
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    stamp = HOME / f"installed-{name}"
    if not stamp.is_file() or stamp.read_text() != wanted:
        print(f"  installing {lock.relative_to(ROOT)} ...", flush=True)
        install()
        stamp.write_text(wanted)


def versions() -> list[tuple[str, str]]:
    """What is installed of what is measured."""
    found = {
        each.name.lower(): each.version
        for each in distributions(path=[str(path) for path in VENV.glob("lib/*/site-packages")])
    }
    of_python = [(name, found.get(name, "not installed")) for name in _MEASURED]
    lock = json.loads((_PORTKEY / "package-lock.json").read_text())
    portkey = lock["packages"]["node_modules/@portkey-ai/gateway"]["version"]
    return [*of_python, ("@portkey-ai/gateway", portkey)]


def _install_python() -> None:
    if not PYTHON.exists():
        _run([_TOOLS / "uv", "venv", "-q", "--python", sys.executable, VENV])
    sync = ["pip", "sync", "-q", "--require-hashes", "--compile-bytecode"]
    _run([_TOOLS / "uv", *sync, _LOCK], {"VIRTUAL_ENV": str(VENV)})


def _install_portkey() -> None:
    NODE.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        (NODE / name).write_bytes((_PORTKEY / name).read_bytes())
    _run([_TOOLS / "npm", "ci", "--prefix", NODE, "--ignore-scripts", "--no-audit", "--no-fund"])


def _run(command: Sequence[object], environment: Mapping[str, str] = {}) -> None:
    path = f"{_TOOLS}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        [str(part) for part in command],
        env={**os.environ, **environment, "PATH": path},
        check=True,
        capture_output=True,
        text=True,
    )
