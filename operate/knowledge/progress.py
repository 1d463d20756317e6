"""How much is uploaded: a bar where somebody watches, nothing in a log."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn


@contextmanager
def bar(total: int) -> Iterator[Callable[[int], None]]:
    """Give it to whoever sends bytes; on standard error, so that standard output is the result."""
    watched = sys.stderr.isatty()
    columns = (BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=sys.stderr), disable=not watched) as progress:
        task = progress.add_task("upload", total=total)
        yield lambda sent: progress.advance(task, sent)
