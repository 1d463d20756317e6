"""Progress for people: one line a step while it runs, and what to do when one fails."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

console = Console(highlight=False, soft_wrap=True)


class StepFailed(Exception):
    """A step did not work: what went wrong, the log that tells more, and what to try."""

    def __init__(self, what: str, *, log: Path | None = None, remedy: str) -> None:
        super().__init__(what)
        self.log = log
        self.remedy = remedy


@contextmanager
def step(title: str) -> Iterator[None]:
    """Show that `title` is under way, and then how long it took."""
    started = time.monotonic()
    with console.status(f"{title} ..."):
        yield
    console.print(f"  [green]✓[/] {title} [dim]{time.monotonic() - started:.1f} s[/]")


def explain(failure: StepFailed) -> None:
    """Say what failed, where to read on, and what to do."""
    console.print(f"  [red]✗ {failure}[/]")
    if failure.log:
        console.print(f"    Log: {failure.log}")
    console.print(f"    What to do: {failure.remedy}")
