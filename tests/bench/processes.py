"""Servers and measured processes as children of the bench: started, pinned, weighed, ended."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).parents[2]
PYTHON = sys.executable

# What is measured has a core of its own; the fakes and the load share the other one.
_CORES = sorted(os.sched_getaffinity(0))
MEASURED, OTHERS = {_CORES[-1]}, {_CORES[0]}


class Child:
    """A process of ours; leaving it ends it, and its own children with it."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        cores: set[int] | None = None,
        log: Path | None = None,
        talks: bool = True,
    ) -> None:
        """`talks` is whether it is spoken with by lines; otherwise what it prints is logged."""
        self._log = (log or Path(os.devnull)).open("ab")
        self.process = subprocess.Popen(
            command,
            env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment},
            cwd=ROOT,
            stdin=subprocess.PIPE if talks else subprocess.DEVNULL,
            stdout=subprocess.PIPE if talks else self._log,
            stderr=self._log,
            text=True,
            start_new_session=True,
            preexec_fn=(lambda: os.sched_setaffinity(0, cores)) if cores else None,
        )

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.end()

    def say(self, line: str) -> str:
        """Send a line, and wait for the one that answers it."""
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.hear()

    def hear(self) -> str:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args!r} ended without a word; see {self._log.name}")
        return line.strip()

    @property
    def cpu_s(self) -> float:
        """User and system time of all its threads, from the process's own CPU clock."""
        return time.clock_gettime(_cpu_clock(self.process.pid))

    @property
    def rss_mb(self) -> float:
        """What it and its children hold."""
        return sum(_rss_kb(pid) for pid in _family(self.process.pid)) / 1024

    @property
    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))  # noqa: PTH208

    def end(self, how: int = signal.SIGTERM, patience_s: float = 5) -> int:
        """Its exit code; a process that stays beyond the patience is killed."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            code = self.process.wait(patience_s)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            code = self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self._log):
            if pipe:
                pipe.close()
        return code


def free_port() -> int:
    """For servers that cannot choose one themselves."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def wait_for(port: int, child: Child, patience_s: float = 60) -> None:
    """Until somebody listens; RuntimeError when the child has ended or the time is up."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until and child.process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{child.process.args!r} does not listen on {port}")


def _cpu_clock(pid: int) -> int:
    """The number that clock_getcpuclockid(3) gives for a process."""
    return (~pid << 3) | 2


def _family(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(member for child in listed for member in _family(int(child)))]


def _rss_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS")))
