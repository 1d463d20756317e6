"""One measured process: it makes a caller, and calls as often as it is told.

    python -m tests.bench.worker direct|boto3|handler

A line `MODEL N` or `MODEL N stream` makes N calls; what each took answers it, in JSON.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Iterator
from typing import Any, Protocol


class Caller(Protocol):
    def whole(self, model: str) -> None: ...

    def stream(self, model: str) -> Iterator[object]:
        """Yields at the first word, and at every one after it."""


def main() -> None:
    told = os.fdopen(os.dup(1), "w", buffering=1)
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 1)  # what the handler logs is written, and nobody reads it
    caller: Caller = importlib.import_module(f"tests.bench.workers.{sys.argv[1]}").Caller()
    for line in sys.stdin:
        model, times, *how = line.split()
        ask = _stream if how else _whole
        print(json.dumps(_measure(caller, ask, model, int(times))), file=told)


def _measure(caller: Caller, ask: Any, model: str, times: int) -> dict[str, Any]:
    cpu = time.process_time()
    samples = [ask(caller, model) for _ in range(times)]
    cpu = time.process_time() - cpu
    return {
        "took_ms": [took * 1000 for took, _ in samples],
        "first_ms": [first * 1000 for _, first in samples],
        "cpu_us": cpu / times * 1e6,
        "modules": len(sys.modules),
    }


def _whole(caller: Caller, model: str) -> tuple[float, float]:
    started = time.perf_counter()
    caller.whole(model)
    took = time.perf_counter() - started
    return took, took


def _stream(caller: Caller, model: str) -> tuple[float, float]:
    started = time.perf_counter()
    words = caller.stream(model)
    next(words)
    first = time.perf_counter() - started
    for _ in words:
        pass
    return time.perf_counter() - started, first


if __name__ == "__main__":
    main()
