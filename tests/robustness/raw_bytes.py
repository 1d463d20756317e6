"""R1: raw bytes at every route: never a 5xx, never a traceback, never the body again."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from typing import NamedTuple

from tests.robustness.gateway import Gateway
from tests.robustness.mutations import MARKER, mutations


class Seen(NamedTuple):
    """`failures` has what was wrong, and with which body it can be seen again."""

    sent: int
    accepted: int
    failures: list[tuple[str, str, bytes]]


def send_all(count: int, seed: int) -> Seen:
    gateway, said = Gateway(), io.StringIO()
    accepted, failures = 0, []
    with redirect_stdout(said), redirect_stderr(said):
        for path, body in mutations(count, seed):
            status, _, answer = gateway.send("POST", path, body)
            accepted += status == 200
            if status >= 500:
                failures.append((f"{status}", path, body))
            elif status != 200 and MARKER.encode() in answer:
                failures.append(("echo", path, body))
    log = said.getvalue()
    if "Traceback" in log or MARKER in log or '"bug"' in log:
        failures.append(("the log", log[-2_000:], b""))
    return Seen(count, accepted, failures)
