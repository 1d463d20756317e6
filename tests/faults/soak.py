"""The long numbers of F4, F5 and F6: `make soak` runs them and writes docs/reliability.md.

`make test` runs each at about a tenth. Load comes from this process, over loopback, against the
real handler and client; the breakers' clock is put forward by hand.
"""

from __future__ import annotations

import os
import platform
import random
import sys
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import date
from io import StringIO
from pathlib import Path

from gateway import fallback
from tests.faults.behaviours import BEHAVIOURS
from tests.faults.gateway import ALONE, FIRST, Gateway
from tests.faults.server import FaultServer, answers

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
OUTAGE, RETRIES, REFUSALS = 10_000, 2_000, 1_000

Row = tuple[str, str, str, str]


def outage(gateway: Gateway) -> Row:
    """F4 at 100 requests a second of the breakers' clock."""
    gateway.server.behaviours = {FIRST: BEHAVIOURS["unavailable"]}
    answered = 0
    for _ in range(OUTAGE):
        gateway.clock.now += 0.01
        answered += gateway.ask(fallback=True).status == 200
    called = gateway.server.calls[FIRST]
    told = f"{answered / OUTAGE:.2%} answered; the first model called {called / OUTAGE:.2%}"
    bar = ">= 99.9 % answered, <= 1 % called while open"
    return "F4", f"first model down, {OUTAGE:,} requests", bar, told


def storm(gateway: Gateway) -> Row:
    """F5: one model alone, throttled half of the time."""
    chance = random.Random(5)

    def half(line: object) -> object:
        return (BEHAVIOURS["throttled"] if chance.random() < 0.5 else answers)(line)

    gateway.server.behaviours = {ALONE: half}
    asked = 0
    for _ in range(RETRIES):
        gateway.clock.now += 1
        before = gateway.server.calls[ALONE]
        gateway.ask(fallback=False)
        asked += gateway.server.calls[ALONE] > before
    ratio = gateway.server.calls[ALONE] / asked
    what = f"50 % throttled, {RETRIES:,} requests"
    return "F5", what, "<= 1.2 calls a request", f"{ratio:.3f} calls a request"


def refusals(gateway: Gateway) -> Iterator[Row]:
    """F6: what would only be repeated is asked once."""
    for fault in ("invalid", "denied", "not found"):
        gateway.server.behaviours = {FIRST: BEHAVIOURS[fault]}
        before = gateway.server.calls[FIRST]
        for _ in range(REFUSALS):
            gateway.ask(fallback=True)
        calls = gateway.server.calls[FIRST] - before
        yield "F6", f"{fault}, {REFUSALS:,} requests", "1 call a request", f"{calls:,} calls"


def main() -> int:
    fallback._PAUSE_S = 0.0
    started = time.monotonic()
    rows: list[Row] = []
    for measure in (outage, storm, refusals):
        with FaultServer() as server:
            _point_at(server.url)
            gateway = Gateway(server)
            with redirect_stdout(StringIO()):  # the gateway logs every failed attempt
                found = measure(gateway)
                rows += [found] if isinstance(found, tuple) else list(found)
            gateway.hang_up()
    page = _page(rows, time.monotonic() - started)
    PAGE.write_text(page, encoding="utf-8")
    print(page)
    return 0


def _point_at(url: str) -> None:
    for service in ("BEDROCK_RUNTIME", "DYNAMODB"):
        os.environ[f"AWS_ENDPOINT_URL_{service}"] = url
    os.environ |= {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}


def _page(rows: list[Row], took_s: float) -> str:
    lines = [
        "# Reliability",
        "",
        "Made by `make soak`; do not edit. The ids are those of the tests in `tests/faults/`.",
        "",
        f"{date.today()}, {os.cpu_count()} cores ({platform.machine()}), Python "
        f"{platform.python_version()}, {took_s:.0f} s.",
        "",
        "| id | what | bar | measured |",
        "|---|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
