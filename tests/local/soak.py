"""The long number of the documents' sync, on an embedded AWS of its own."""

import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from config.load import load_environment
from local.processes import start, stop
from local.session import client
from local.state import Home
from local.up import deploy_platform
from tests.load.rows import Row, row
from tests.local.synced import REGION, Index, burst, failed, overlaps

OBJECTS, FAILING_PERCENT = 1_000, 5


def documents() -> Row:
    """A thousand documents at once, of which some fail once, and as many deletions."""
    with tempfile.TemporaryDirectory() as directory:
        home = Home(Path(directory))
        try:
            start(home)
            deploy_platform(home, load_environment("local"))
            home.ingestion_faults.write_text(str(FAILING_PERCENT))
            return _measured(home)
        finally:
            stop(home)


def _measured(home: Home) -> Row:
    with ExitStack() as opened:
        agent, s3 = (
            opened.enter_context(client(home, service, REGION))
            for service in ("bedrock-agent", "s3")
        )
        began = time.monotonic()
        jobs = burst(Index(agent), s3, OBJECTS)
        took = time.monotonic() - began
    met = overlaps(jobs) == 0 < failed(jobs)
    what = (
        f"{OBJECTS:,} documents changed in a burst, {FAILING_PERCENT} % failing once, then deleted"
    )
    measured = (
        f"in sync both times within {took:.0f} s; {len(jobs)} jobs, {overlaps(jobs)} overlaps"
    )
    return row("K1", what, "in sync, none lost, no overlap of jobs", measured, met)
