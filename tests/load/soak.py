"""`make soak`: the long numbers of reliability.md, written into docs/reliability.md.

    python -m tests.load.soak [--only L1,F7]

With `--only` the page is printed and not written. `make test` runs each at about a tenth.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from tests.faults import money, soak
from tests.load import faults, neighbours, restarts, speed
from tests.load.rows import Row
from tests.robustness import soak as robustness

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"

# By the ids of reliability.md, in the order of the page.
MEASURES: dict[str, tuple[Callable[[], Row | Iterator[Row]], ...]] = {
    "L1": (speed.overhead,),
    "L2": (speed.held,),
    "L3": (speed.streams,),
    "L4": (speed.endurance,),
    "F2": (faults.random_faults,),
    "F4": (soak.outage,),
    "F5": (soak.storm,),
    "F6": (soak.refusals,),
    "F7": (faults.disconnects,),
    "F8": (money.replays,),
    "F10": (restarts.restarts, money.kills),
    "Q1": (money.race,),
    "Q2": (money.conservation,),
    "Q3": (money.under_budget,),
    "Q4": (neighbours.neighbours, money.neighbours),
    "R1": (robustness.mutated_bytes,),
    "R2": (robustness.schema_aware,),
    "R3": (robustness.schemathesis,),
    "S1": (robustness.secrets,),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", default=",".join(MEASURES), help="ids, with commas between")
    only = parser.parse_args().only.split(",")
    started = time.monotonic()
    rows = [row for id in only for row in _measured(id)]
    page = _page(rows, time.monotonic() - started)
    if set(only) == set(MEASURES):
        PAGE.write_text(page, encoding="utf-8")
    print(page)
    return 0


def _measured(id: str) -> Iterator[Row]:
    print(f"  {id} ...", flush=True)
    for measure in MEASURES[id]:
        found = measure()
        for row in [found] if isinstance(found, tuple) else found:
            print(f"  {' | '.join(row)}", flush=True)
            yield row


def _page(rows: list[Row], took_s: float) -> str:
    lines = [
        "# Reliability",
        "",
        "Made by `make soak`; do not edit. L1-L4, F2, F7, F10 and Q4 are of the load server of",
        "`tests/load/`; the others run in process or in processes of their own, all on loopback.",
        "",
        f"{date.today()}, {os.cpu_count()} cores ({platform.machine()}), Python "
        f"{platform.python_version()}, {took_s / 60:.0f} min.",
        "",
        "| id | what | bar | measured |",
        "|---|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
