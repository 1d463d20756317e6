"""The long numbers of F4, F5 and F6, for `make soak`; `make test` runs each at about a tenth.

Load comes from this process, over loopback, against the real handler and client; the breakers'
clock is put forward by hand.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO

from gateway import fallback
from tests.faults.behaviours import BEHAVIOURS
from tests.faults.gateway import ALONE, FIRST, Gateway
from tests.faults.server import FaultServer, answers

OUTAGE, RETRIES, REFUSALS = 10_000, 2_000, 1_000

Row = tuple[str, str, str, str]


def outage() -> Row:
    """F4 at 100 requests a second of the breakers' clock."""
    answered = 0
    with _gateway() as gateway:
        gateway.server.behaviours = {FIRST: BEHAVIOURS["unavailable"]}
        for _ in range(OUTAGE):
            gateway.clock.now += 0.01
            answered += gateway.ask(fallback=True).status == 200
        called = gateway.server.calls[FIRST]
    told = f"{answered / OUTAGE:.2%} answered; the first model called {called / OUTAGE:.2%}"
    bar = ">= 99.9 % answered, <= 1 % called while open"
    return "F4", f"first model down, {OUTAGE:,} requests", bar, told


def storm() -> Row:
    """F5: one model alone, throttled half of the time."""
    chance = random.Random(5)

    def half(line: object) -> object:
        return (BEHAVIOURS["throttled"] if chance.random() < 0.5 else answers)(line)

    asked = 0
    with _gateway() as gateway:
        gateway.server.behaviours = {ALONE: half}
        for _ in range(RETRIES):
            gateway.clock.now += 1
            before = gateway.server.calls[ALONE]
            gateway.ask(fallback=False)
            asked += gateway.server.calls[ALONE] > before
        ratio = gateway.server.calls[ALONE] / asked
    what = f"50 % throttled, {RETRIES:,} requests"
    return "F5", what, "<= 1.2 calls a request", f"{ratio:.3f} calls a request"


def refusals() -> Iterator[Row]:
    """F6: what would only be repeated is asked once."""
    for fault in ("invalid", "denied", "not found"):
        with _gateway() as gateway:
            gateway.server.behaviours = {FIRST: BEHAVIOURS[fault]}
            for _ in range(REFUSALS):
                gateway.ask(fallback=True)
            calls = gateway.server.calls[FIRST]
        yield "F6", f"{fault}, {REFUSALS:,} requests", "1 call a request", f"{calls:,} calls"


@contextmanager
def _gateway() -> Iterator[Gateway]:
    """With a fault server of its own, no pause before a retry, and its log thrown away."""
    pause_s, fallback._PAUSE_S = fallback._PAUSE_S, 0.0
    try:
        with FaultServer() as server:
            _point_at(server.url)
            gateway = Gateway(server)
            with redirect_stdout(StringIO()):
                yield gateway
            gateway.hang_up()
    finally:
        fallback._PAUSE_S = pause_s


def _point_at(url: str) -> None:
    for service in ("BEDROCK_RUNTIME", "DYNAMODB"):
        os.environ[f"AWS_ENDPOINT_URL_{service}"] = url
    os.environ |= {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}
