"""`make soak`: the long numbers of reliability.md, written into docs/reliability.md.

    python -m tests.load.soak [--only L1,F7]

With `--only` the others' rows stay as they are: each has its date. `make test` runs each at about a
tenth.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

from tests.faults import money, soak
from tests.load import faults, neighbours, restarts, speed
from tests.load.rows import Row
from tests.local import soak as documents_sync
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
    "K1": (documents_sync.documents,),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", default=",".join(MEASURES), help="ids, with commas between")
    only = parser.parse_args().only.split(",")
    for id in only:
        rows = list(_measured(id))
        PAGE.write_text(_page(_kept(PAGE.read_text(encoding="utf-8")) | {id: rows}), "utf-8")
    print(PAGE.read_text(encoding="utf-8"))
    return 0


def _measured(id: str) -> Iterator[tuple[str, ...]]:
    """The rows, each with its date."""
    print(f"  {id} ...", flush=True)
    for measure in MEASURES[id]:
        found = measure()
        for row in [found] if isinstance(found, tuple) else found:
            print(f"  {' | '.join(row)}", flush=True)
            yield *row, str(date.today())


def _kept(page: str) -> dict[str, list[tuple[str, ...]]]:
    """The rows that the page has, by the ids under which they are measured."""
    rows = [tuple(line[2:-2].split(" | ")) for line in page.splitlines() if line[:3] != "| i"]
    found: dict[str, list[tuple[str, ...]]] = {}
    for row in rows:
        if (id := row[0].partition(",")[0]) in MEASURES:
            found.setdefault(id, []).append(row)
    return found


def _page(rows: Mapping[str, list[tuple[str, ...]]]) -> str:
    lines = [
        "# Reliability",
        "",
        "Made by `make soak`; do not edit. L1-L4, F2, F7, F10 and Q4 are of the load server of",
        "`tests/load/`, K1 of an embedded AWS of its own; the others run in process or in",
        "processes of their own, all on loopback.",
        "",
        f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}.",
        "",
        "| id | what | bar | measured | on |",
        "|---|---|---|---|---|",
        *(f"| {' | '.join(row)} |" for id in MEASURES for row in rows.get(id, [])),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
