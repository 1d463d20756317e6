"""Everything that Strata needs, from nothing but Python: run by `make`, standard library only.

A virtual environment from the hash-locked requirements, and the CDK CLI on the Node inside it. A
run that finds the locks unchanged does nothing.
"""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
LOG = ROOT / ".local" / "setup.log"
STAMP = VENV / ".set-up-from"
LOCKS = ("requirements-dev.txt", "requirements-model.txt", "package-lock.json")


def main() -> int:
    if sys.version_info < (3, 11):
        given = ".".join(map(str, sys.version_info[:3]))
        print(f"Strata needs Python 3.11 or newer; this is {given}. Try: make PYTHON=python3.12")
        return 1
    wanted = _fingerprint()
    if STAMP.is_file() and STAMP.read_text() == wanted and (ROOT / "node_modules").is_dir():
        return 0
    LOG.parent.mkdir(exist_ok=True)
    LOG.write_text("")
    for step in (create_environment, install_uv, install_packages, install_cdk):
        if not _run_step(step):
            return 1
    STAMP.write_text(wanted)
    return 0


def create_environment() -> None:
    """Create .venv"""
    if not (BIN / "python").exists():
        _run(sys.executable, "-m", "venv", VENV)


def install_uv() -> None:
    """Install uv, which installs the rest faster than pip"""
    only_uv = VENV / "requirements-uv.txt"
    only_uv.write_text(_locked("uv"))
    _run(BIN / "python", "-m", "pip", "install", "--require-hashes", "--no-deps", "-r", only_uv)


def install_packages() -> None:
    """Install the locked packages, with the local language model (1.5 GB on disk)"""
    locks = (ROOT / lock for lock in LOCKS if lock.endswith(".txt"))
    _run(BIN / "uv", "pip", "sync", "--require-hashes", "--compile-bytecode", *locks)
    _run(BIN / "python", "-c", "import xllamacpp")  # its wheel leaves libgomp.so.1 to the system


def install_cdk() -> None:
    """Install the CDK CLI on the environment's own Node"""
    _run(BIN / "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")


def _run_step(step: Callable[[], None]) -> bool:
    print(f"  {step.__doc__} ...", end="", flush=True)
    started = time.monotonic()
    try:
        step()
    except subprocess.CalledProcessError as error:
        print(" failed.")
        print(f"\n  What failed: {' '.join(map(str, error.cmd))}")
        print("  " + "\n  ".join(LOG.read_text().splitlines()[-8:]))
        print(f"\n  The whole log: {LOG}")
        print("  What to do: mend what it names (network, disk, Python's venv module, a library of")
        print("  the system: libgomp.so.1 is in Debian's libgomp1), then again.")
        return False
    print(f" {time.monotonic() - started:.0f} s")
    return True


def _run(*command: str | Path) -> None:
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = {**os.environ, "PATH": path, "VIRTUAL_ENV": str(VENV)}
    with LOG.open("a") as log:
        subprocess.run(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, stdin=None, check=True
        )


def _locked(package: str) -> str:
    """The lines of one package in the lock: its pin and its hashes."""
    lines = (ROOT / LOCKS[0]).read_text().splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"{package}=="))
    end = next(i for i in range(start + 1, len(lines)) if not lines[i].startswith(" "))
    return "\n".join(lines[start:end]) + "\n"


def _fingerprint() -> str:
    locks = b"".join((ROOT / lock).read_bytes() for lock in LOCKS)
    return f"{sys.version}\n{hashlib.sha256(locks).hexdigest()}\n"


if __name__ == "__main__":
    sys.exit(main())
