"""R1 to R3, S1 and S4 at their full sizes, for docs/reliability.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.load.rows import Row, row
from tests.robustness import bodies, described, leaks, mutations, raw_bytes

BYTES, BODIES, EXAMPLES, LEAKS = 20_000, 10_000, 150, 3_000


def mutated_bytes() -> Row:
    seen = raw_bytes.send_all(BYTES, seed=1)
    told = f"{len(seen.failures)} failures; {seen.accepted:,} were right all the same"
    what = f"{BYTES:,} mutated bodies at {len(mutations.BODIES)} routes"
    return row("R1", what, "0 × 5xx, traceback or echo", told, not seen.failures)


def schema_aware() -> Iterator[Row]:
    for path in bodies.MODULES:
        for kind, check in (("right", bodies.check_right), ("wrong", bodies.check_wrong)):
            try:
                check(path, BODIES // 2)
                told, met = "0 judged otherwise", True
            except AssertionError as found:
                told, met = str(found).partition("\n")[0][:80], False
            yield row(
                "R2", f"{BODIES // 2:,} {kind} bodies, {path}", "0 judged otherwise", told, met
            )


def schemathesis() -> Row:
    with TemporaryDirectory() as folder:
        status, report = described.run(Path(folder), EXAMPLES, seed=1)
    cases = re.search(r"(\d+) generated", report)
    told = f"{'0' if status == 0 else 'some'} failures in {int(cases[1]) if cases else 0:,} cases"
    what = f"Schemathesis, all checks, {EXAMPLES} examples a route"
    return row("R3", what, ">= 2,000 cases, 0 failures", told, status == 0)


def secrets() -> Row:
    found = list(leaks.leaks(LEAKS, seed=1))
    what = f"{LEAKS:,} requests with secrets, most of them failing inside"
    bar = "nothing of the request in a log or an error, no ARN or account anywhere"
    return row("S1, S4", what, bar, f"{len(found)} found", not found)
