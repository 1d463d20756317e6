"""Processes that can be found again and ended safely: a number alone may name a stranger."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from local.process_table import find, running

# Children of this very process have to be reaped by it; those of an earlier command do not.
_spawned: dict["Child", subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Child:
    """A process by number and by when it started: the number is reused, the pair is not."""

    pid: int
    started: str


def spawn(command: Sequence[str], *, log: Path, cwd: Path, environment: Mapping[str, str]) -> Child:
    """Start a process in a session of its own, so that it outlives the command that asked."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    found = find(process.pid)
    child = Child(pid=process.pid, started=found.started if found else "(ended at once)")
    _spawned[child] = process
    return child


def is_alive(child: Child) -> bool:
    """True only for the very process that was started, not for a later one of that number."""
    found = find(child.pid)
    return found is not None and found.started == child.started


def end(child: Child, *, marker: str, grace_seconds: float = 10.0) -> None:
    """End the child and every process that it started; returns when none is alive.

    What shares its group is ours while the child itself lives; after that only if its command
    line names `marker`, since the number of a dead leader may be taken again.
    """
    led = is_alive(child)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for member in _family(child, marker, led):
            with suppress(ProcessLookupError):
                os.kill(member.pid, number)
        _wait(lambda: not _family(child, marker, led), grace_seconds)
    reaped = _spawned.pop(child, None)
    if reaped is not None:
        reaped.wait()


def _family(child: Child, marker: str, led: bool) -> list[Child]:
    return [
        Child(pid=process.pid, started=process.started)
        for process in running()
        if process.group == child.pid and (led or marker in process.command)
    ]


def _wait(done: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        time.sleep(0.05)
