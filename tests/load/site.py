"""Everything that a load scenario needs, started: the fake cloud, the asset, the server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.load import asset, running
from tests.load.running import Cloud, Server


class Site:
    """`environment` is what another server of the same functions would want."""

    def __init__(
        self, folder: Path, cloud: Cloud, server: Server, environment: Mapping[str, str]
    ) -> None:
        self.folder, self.cloud, self.server = folder, cloud, server
        self.environment = environment

    def month(self, tenant: str = "demo") -> dict[str, Any]:
        """The tenant's row of the usage table; what it has reserved is under `held`."""
        (row,) = [row for row in self.cloud.rows("usage") if row["tenant"] == tenant] or [{}]
        row["held"] = sum(value for name, value in row.items() if name.startswith("minute_"))
        return row


@contextmanager
def running_site(
    *, processes: int = 1, timeout_s: int = 29, bedrock: str | None = None
) -> Iterator[Site]:
    """`bedrock` is the URL of another Bedrock than the fake cloud's own."""
    with TemporaryDirectory() as folder, running.cloud() as cloud:
        environment = asset.build(Path(folder) / "task", timeout_s=timeout_s)
        environment |= asset.endpoints(cloud.port)
        if bedrock:
            environment["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"] = bedrock
        server = Server(Path(folder), environment, processes=processes)
        site = Site(Path(folder), cloud, server, environment)
        try:
            yield site
        finally:  # by then it may be another server
            site.server.child.end()
