"""Called in process, one request after the other: the bare socket, boto3, and our handler."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from tests.bench import environment
from tests.bench.figures import Figures
from tests.bench.processes import MEASURED, Child
from tests.load import asset

DIRECT, BOTO3, HANDLER = "direct", "boto3", "handler"
# What is measured of each: its name, and the line that asks a worker for a round of it.
WHOLE, STREAM, LONG, PACED = "whole", "stream", "long stream", "paced stream"
_ROUND = {
    WHOLE: f"{asset.PLAIN} 150",
    STREAM: f"{asset.PLAIN} 60 stream",
    LONG: f"{asset.LONG} 15 stream",
    PACED: f"{asset.PACED} 2 stream",
}
# The words that a long stream has more than a stream; those of a paced one.
MORE_WORDS, PACED_WORDS = 180, 100


def measure(figures: Figures, aws: Mapping[str, str], rounds: int, log: Path) -> None:
    """Adds ("direct", "whole", "took_ms") and so on."""
    command = [str(environment.PYTHON), "-m", "tests.bench.worker"]
    with ExitStack() as stack:
        workers = {
            name: stack.enter_context(
                Child([*command, name], environment=aws, cores=MEASURED, log=log)
            )
            for name in (DIRECT, BOTO3, HANDLER)
        }
        for worker in workers.values():
            worker.say(f"{asset.PLAIN} 50")
            worker.say(f"{asset.PLAIN} 20 stream")
        for number in range(rounds):
            print(f"  in process, round {number + 1} of {rounds}", flush=True)
            for what, line in _ROUND.items():
                for name, worker in workers.items():
                    _add(figures, name, what, json.loads(worker.say(line)))
        for name, worker in workers.items():
            figures.add(name, "rss_mb", samples=[worker.rss_mb])


def _add(figures: Figures, name: str, what: str, told: Mapping[str, list[float]]) -> None:
    figures.add(name, what, "took_ms", samples=told["took_ms"])
    figures.add(name, what, "first_ms", samples=told["first_ms"])
    figures.add(name, what, "cpu_us", samples=[float(told["cpu_us"])])  # type: ignore[arg-type]
