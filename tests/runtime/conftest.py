"""The fake Runtime API, and functions that run against it in processes of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.runtime.fake_api import FakeApi
from tests.runtime.processes import Process, start, task_root


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with FakeApi() as api:
        yield api


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return task_root(tmp_path_factory.mktemp("var"))


@pytest.fixture
def run(api: FakeApi, root: Path) -> Iterator[Callable[..., Process]]:
    """Starts a function by its handler; it is stopped when the test is over."""
    processes: list[Process] = []

    def run(handler: str, **options: object) -> Process:
        processes.append(start(handler, api, root=root, **options))  # type: ignore[arg-type]
        return processes[-1]

    yield run
    for process in processes:
        process.stop()
