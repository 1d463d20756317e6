"""Functions as Lambda would start them: a process with Lambda's environment, under a loop.

The bench uses this too: `start`, `Process.init_s`, `Process.rss_mb`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.runtime.fake_api import FakeApi

LAMBDA = Path(__file__).parents[2] / "lambda"
FUNCTIONS = Path(__file__).parent / "functions"
# The arguments of Lambda's own loop, behind the interpreter.
BOOTSTRAP = "/var/runtime/bootstrap.py"


class Process(NamedTuple):
    """`started` is on `time.perf_counter()`."""

    popen: subprocess.Popen[bytes]
    api: FakeApi
    started: float
    log_file: Path

    @property
    def log(self) -> str:
        """What it has printed so far."""
        return self.log_file.read_text()

    @property
    def rss_mb(self) -> float:
        status = Path(f"/proc/{self.popen.pid}/status").read_text()
        kilobytes: str = status.split("VmRSS:")[1].split()[0]
        return int(kilobytes) / 1024

    @property
    def open_files(self) -> int:
        return len([*Path(f"/proc/{self.popen.pid}/fd").iterdir()])

    def init_s(self) -> float:
        """From the start of the process to its first request for an event: Lambda's INIT."""
        self.api.wait_for_nexts(1)
        return self.api.nexts[0] - self.started

    def stop(self) -> None:
        """Ends it, however it is."""
        self.popen.kill()
        self.popen.wait()


def start(
    handler: str,
    api: FakeApi,
    *,
    root: Path,
    loop: Sequence[str] | None = None,
    environment: Mapping[str, str] = {},
) -> Process:
    """Starts `handler` under our loop, through the wrapper; `loop` is another one's command.

    `root` is what /var/task is on Lambda: see `task_root`.
    """
    log_file = root.parent / f"{root.name}-{time.perf_counter_ns()}.log"
    command = loop or (str(root / "stream_wrapper"), sys.executable, BOOTSTRAP)
    with log_file.open("wb") as log:
        started = time.perf_counter()
        popen = subprocess.Popen(
            command,
            cwd=root,
            env={**_environment(handler, api, root), **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    return Process(popen, api, started, log_file)


def awslambdaric(handler: str) -> tuple[str, ...]:
    """The command of Lambda's own loop."""
    return (sys.executable, "-m", "awslambdaric", handler)


def task_root(folder: Path) -> Path:
    """The code as Lambda would unpack it, with the functions of these tests beside it."""
    root = folder / "task"
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(LAMBDA, root, ignore=ignore)
    shutil.copytree(FUNCTIONS, root / "functions", ignore=ignore)
    return root


def wait_for(path: Path) -> None:
    """Until a function has made that file."""
    until = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < until, f"the function has not made {path.name!r}"
        time.sleep(0.005)


def _environment(handler: str, api: FakeApi, root: Path) -> dict[str, str]:
    """What Lambda sets, as far as any loop or function looks at it."""
    return {
        "PATH": os.environ["PATH"],
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "_HANDLER": handler,
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.14",
        "AWS_LAMBDA_RUNTIME_API": api.address,
        "AWS_LAMBDA_FUNCTION_NAME": "strata-test",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/strata-test",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2026/11/22/[$LATEST]0",
        "LAMBDA_TASK_ROOT": str(root),
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "PYTHONDONTWRITEBYTECODE": "1",  # /var/task cannot be written to
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "not-a-secret",
        "AWS_SESSION_TOKEN": "not-a-token",
    }
