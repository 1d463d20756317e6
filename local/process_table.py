"""The system's processes with their start times, which tell ours from a later one of its number."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Running:
    """A live process: its group's number, and its start in the system's own words."""

    pid: int
    group: int
    started: str
    command: str


def running() -> list[Running]:
    """Every process but the zombies, which have ended and only wait for their parent."""
    return list(_from_proc() if (PROC / "self" / "stat").exists() else _from_ps())


def find(pid: int) -> Running | None:
    """The process of that number, if there is one now."""
    return next((process for process in running() if process.pid == pid), None)


def _from_proc() -> Iterator[Running]:
    # Not `ps` where it can be avoided: slim images lack it, and its start times drift by a second.
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with suppress(OSError):  # it ended while we looked
                yield from _read(entry)


def _read(entry: Path) -> Iterator[Running]:
    # The name in brackets may hold spaces and brackets; fields are counted after the last one.
    state, _, group, *rest = (entry / "stat").read_text().rpartition(")")[2].split()
    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    if state != "Z":
        yield Running(int(entry.name), int(group), f"tick {rest[16]}", command)


def _from_ps() -> Iterator[Running]:
    columns = "pid=,pgid=,stat=,lstart=,command="
    listed = subprocess.run(
        ["ps", "-axww", "-o", columns],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C"},
    )
    for line in listed.stdout.splitlines():
        # lstart is five words: "Sun Nov 22 16:54:01 2026".
        pid, group, state, *rest = line.split(None, 8)
        if not state.startswith("Z"):
            yield Running(int(pid), int(group), " ".join(rest[:5]), " ".join(rest[5:]))
