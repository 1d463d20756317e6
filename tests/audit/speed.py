"""`python -m tests.audit.speed`: how long an audit takes, a whole process, at the sizes of A10."""

import resource
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from tests.audit.changes.assemblies import raws, write_assembly
from tests.audit.changes.edits import edited
from tests.audit.changes.shop import cases

# (copies of the shop, environments), and how often each is run.
SIZES = ((1, ("dev", "staging", "prod")), (7, ("dev", "test", "staging", "prod")))
RUNS = 3


def shops(copies: int, *, changed: bool) -> dict[str, Any]:
    """Stacks by name; of changed ones each has another hazard, where there are as many."""
    hazards = defaultdict(list)
    for each in cases("hazards.toml", "hazard"):
        hazards[each["stack"]].append(each)
    return {
        f"{name}{n or ''}": edited(raw, hazards[name][n % len(hazards[name])]) if changed else raw
        for name, raw in raws().items()
        for n in range(copies)
    }


def main() -> None:
    for copies, environments in SIZES:
        with TemporaryDirectory() as folder:
            sides = [
                write_assembly(
                    Path(folder) / side, dict.fromkeys(environments, shops(copies, changed=changed))
                )
                for side, changed in (("base", False), ("head", True))
            ]
            took, comment = zip(*(_run(sides) for _ in range(RUNS)), strict=True)
        resources = sum(len(each["Resources"]) for each in shops(copies, changed=False).values())
        print(
            f"{resources} resources, {len(environments)} environments: median {median(took):.2f} s "
            f"({min(took):.2f} to {max(took):.2f}), a comment of {comment[0]:,} characters"
        )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"{peak} MB at most")


def _run(sides: list[Path]) -> tuple[float, int]:
    """(seconds, characters of the comment)."""
    began = time.perf_counter()
    ran = subprocess.run(
        [sys.executable, "-m", "audit", *map(str, sides)], capture_output=True, text=True
    )
    took = time.perf_counter() - began
    assert ran.returncode == 1, ran.stderr  # BLOCK
    return took, len(ran.stdout)


if __name__ == "__main__":
    main()
