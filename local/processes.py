"""Start, stop and look at the two servers of the embedded AWS; each call may be repeated."""

import os
import shutil
import ssl
import sys
import time
import urllib.request
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.certificates import write_certificates
from local.children import Child, end, is_alive, spawn
from local.state import SERVICES, Home, Remembered, Service, choose_port, recall, remember

REPOSITORY = Path(__file__).parent.parent
START_SECONDS = 90.0
CHECK_SECONDS = 5.0


class StartFailed(Exception):
    """A server did not become healthy: which, its log's path, and the log's last lines."""


@dataclass(frozen=True)
class Status:
    """One server as it is now; `pid` is None when it does not run."""

    service: Service
    port: int | None
    pid: int | None
    healthy: bool
    log: Path


def start(home: Home) -> None:
    """Make both servers run and answer; raises StartFailed. What runs already is left alone."""
    write_certificates(home)
    for service in SERVICES:
        if not _status(home, service).healthy:
            _stop(home, service)
            _start(home, service)


def stop(home: Home) -> None:
    """End both servers and every process that they started; what was deployed is gone with it."""
    for service in reversed(SERVICES):
        _stop(home, service)
    shutil.rmtree(home.temporary, ignore_errors=True)


def status(home: Home) -> tuple[Status, ...]:
    """Both servers, in the order in which they start."""
    return tuple(_status(home, service) for service in SERVICES)


def _start(home: Home, service: Service) -> None:
    port = _port(home, service)
    before = recall(home)
    child = spawn(
        _command(home, service, port),
        log=home.log(service),
        cwd=REPOSITORY,
        environment={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    remember(home, Remembered(before.ports, {**before.children, service: child}))
    _await_health(home, service, child)


def _port(home: Home, service: Service) -> int:
    before = recall(home)
    others = tuple(port for name, port in before.ports.items() if name != service)
    port = choose_port(before.ports.get(service), avoid=others)
    remember(home, Remembered({**before.ports, service: port}, before.children))
    if service == "model" and port != before.ports.get(service):
        _stop(home, "cloud")  # it was told the old port
    return port


def _command(home: Home, service: Service, port: int) -> list[str]:
    argument = {"model": str(port), "cloud": str(home.directory)}[service]
    return [sys.executable, "-m", f"local.{service}", argument]


def _await_health(home: Home, service: Service, child: Child) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _status(home, service).healthy:
        if not is_alive(child) or time.monotonic() > deadline:
            _stop(home, service)
            raise StartFailed(_explain(service, home.log(service)))
        time.sleep(0.1)


def _explain(service: Service, log: Path) -> str:
    with log.open(encoding="utf-8", errors="replace") as lines:
        tail = "".join(deque(lines, maxlen=15))
    return f"the {service} server did not start; its log is {log}, which ends in:\n{tail}"


def _stop(home: Home, service: Service) -> None:
    before = recall(home)
    child = before.children.get(service)
    if child is not None:
        # MiniStack waits for open connections; nothing it holds is kept, so nothing is lost.
        end(child, marker=str(home.temporary), grace_seconds=1.0)
        left = {name: other for name, other in before.children.items() if name != service}
        remember(home, Remembered(before.ports, left))


def _status(home: Home, service: Service) -> Status:
    remembered = recall(home)
    child = remembered.children.get(service)
    alive = child is not None and is_alive(child)
    return Status(
        service=service,
        port=remembered.ports.get(service),
        pid=child.pid if child is not None and alive else None,
        healthy=alive and _answers(home, service, remembered.ports),
        log=home.log(service),
    )


def _answers(home: Home, service: Service, ports: Mapping[Service, int]) -> bool:
    urls = {
        "model": f"http://127.0.0.1:{ports['model']}/health",
        "cloud": f"https://localhost:{ports.get('cloud')}/_ministack/health",
    }
    # Direct: a proxy that the environment names would answer for a server that is not there.
    trusted = ssl.create_default_context(cafile=str(home.ca_file))
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusted)
    )
    try:
        with opener.open(urls[service], timeout=CHECK_SECONDS) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
