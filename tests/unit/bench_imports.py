"""What a cold start pays for: our chat handler and its client, beside boto3 and its own.

`make bench` runs it, prints both and writes docs/performance.md. Each figure is one fresh
interpreter; the two take turns, so that a slow moment of the machine hits both.
"""

import os
import platform
import statistics
import subprocess
import sys
from datetime import date
from pathlib import Path
from tempfile import gettempdir

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "performance.md"
ROUNDS = 11
PYCACHE = str(Path(gettempdir()) / "strata-bench-pycache")

# What each handler does before it can send its first request.
CANDIDATES = {
    "gateway.chat and its client": "import gateway.chat; gateway.chat.client()",
    "boto3 and a bedrock-runtime client": "import boto3; boto3.client('bedrock-runtime')",
}
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "PYTHONPATH": str(ROOT / "lambda"),
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_EC2_METADATA_DISABLED": "true",
}


def main() -> int:
    for statement in CANDIDATES.values():  # compiles what is not compiled yet
        import_ms(statement)
    rounds = [{name: import_ms(code) for name, code in CANDIDATES.items()} for _ in range(ROUNDS)]
    page = "\n".join(report(rounds))
    print(page)
    PAGE.write_text(page + "\n")
    return 0


def import_ms(statement: str) -> float:
    """Milliseconds that `-X importtime` counts for the statement's imports, and its own work."""
    timed = f"import time; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
    command = [sys.executable, "-X", "importtime", "-c", timed]
    environment = {**ENVIRONMENT, "PYTHONPYCACHEPREFIX": PYCACHE}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return float(done.stdout) * 1000


def report(rounds: list[dict[str, float]]) -> list[str]:
    """The page: medians, their spread, and the ratio round by round."""
    ours, theirs = CANDIDATES
    ratios = [each[ours] / each[theirs] for each in rounds]
    lines = [
        "# Performance",
        "",
        "Made by `make bench`; do not edit.",
        "",
        f"{date.today()}, {os.cpu_count()} cores ({platform.machine()}), Python "
        f"{platform.python_version()}, {ROUNDS} rounds in turn, each in a fresh interpreter under "
        "`-X importtime`.",
        "",
        "## Cold start: imports and the first client",
        "",
        "| | median ms | min | max |",
        "|---|---|---|---|",
    ]
    for name in CANDIDATES:
        values = [each[name] for each in rounds]
        figures = (statistics.median(values), min(values), max(values))
        lines.append(f"| {name} | " + " | ".join(f"{value:.0f}" for value in figures) + " |")
    lines += [
        "",
        f"Ratio, round by round: median {statistics.median(ratios):.2f}, highest "
        f"{max(ratios):.2f} (the bar is 0.25).",
    ]
    return lines


if __name__ == "__main__":
    sys.exit(main())
