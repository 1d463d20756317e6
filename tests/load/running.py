"""The fake cloud and the load server as processes, with a handle for each."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench.processes import PYTHON, Child
from tests.load import asset

Address = tuple[str, int]


class Cloud:
    """Bedrock, DynamoDB and KMS (tests/bench/cloud.py), with a key for every tenant."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.port = int(child.hear())
        for tenant in asset.RATES:
            item = {"TableName": "strata-load-keys", "Item": asset.key_row(tenant)}
            self.dynamodb("PutItem", item)

    @property
    def address(self) -> Address:
        return "127.0.0.1", self.port

    @property
    def stats(self) -> dict[str, Any]:
        return self._ask("GET", "/stats", "", {})

    def dynamodb(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        headers = {"x-amz-target": f"DynamoDB_20120810.{operation}"}
        return self._ask("POST", "/", json.dumps(request), headers)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """In plain values: numbers are ints."""
        items = self.dynamodb("Scan", {"TableName": f"strata-load-{table}"})["Items"]
        return [{name: _plain(value) for name, value in item.items()} for item in items]

    def _ask(self, method: str, path: str, body: str, headers: Mapping[str, str]) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body, dict(headers))
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


def _plain(value: Mapping[str, Any]) -> Any:
    ((kind, held),) = value.items()
    return int(held) if kind == "N" else held


@contextmanager
def cloud(*, eager: bool = False, cores: set[int] | None = None) -> Iterator[Cloud]:
    tables = [part for table in asset.TABLES for part in ("--table", table)]
    command = [PYTHON, "-m", "tests.bench.cloud", *tables, *(["--eager"] if eager else [])]
    with Child(command, environment={}, cores=cores) as child:
        yield Cloud(child)


class Server:
    """The load server, and the file that its functions log to."""

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        *,
        processes: int = 1,
        port: int = 0,
        cores: set[int] | None = None,
    ) -> None:
        self.log = folder / "functions.log"
        command = [PYTHON, "-m", "tests.load.server", "--log", str(self.log), "--port", str(port)]
        self.child = Child(
            [*command, "--processes", str(processes)],
            environment=environment,
            cores=cores,
            log=folder / "server.log",
        )
        self.address: Address = ("127.0.0.1", int(self.child.hear()))
