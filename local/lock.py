"""One `up` or `down` at a time: two would end each other's half-started servers."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from local.state import Home
from local.steps import StepFailed


@contextmanager
def alone(home: Home) -> Iterator[None]:
    """Hold the home's lock, which the system frees even if this process is killed."""
    home.directory.mkdir(parents=True, exist_ok=True)
    with (home.directory / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            remedy = "wait until it has ended, then again."
            raise StepFailed("another `make up` or `make down` runs here", remedy=remedy) from None
        yield
