"""A fault server for each test, and the gateway's own client pointed at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.gateway import Gateway
from tests.faults.server import FaultServer
from tests.unit.gateway.conftest import function_environment

__all__ = ["function_environment"]


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


@pytest.fixture
def gateway(
    function_environment: None, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Gateway]:
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url)
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", server.url)
    made = Gateway(server)
    yield made
    made.hang_up()
