"""F10: the server is killed and restarted under load, again and again; no money is lost."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from tests.load import asset
from tests.load.answers import COMPLETE, outcome
from tests.load.generator import Load
from tests.load.results import Result
from tests.load.rows import Row, row
from tests.load.running import Server
from tests.load.site import Site, running_site
from tests.load.speed import ask

_PER_SECOND = 40  # of asset.SLOW, each of whose streams takes a second


class Restarts(NamedTuple):
    """`undrained` counts streams that had begun before a SIGTERM and did not come to their end."""

    streams: int
    undrained: int
    killed: int
    lost_micro_usd: int


def run_restarts(site: Site, restarts: int, seconds_each: float) -> Restarts:
    """SIGTERM and SIGKILL by turns, each while streams are on their way."""
    load = Load(site.server.address, timeout_s=20)
    began: list[tuple[int, list[Result]]] = []
    for number in range(restarts):
        _send(load, seconds_each)
        how = signal.SIGKILL if number % 2 else signal.SIGTERM
        began.append((how, load.on_their_way()))
        _restart(site, load, how)
    _finish(load)
    load.close()
    came = {
        how: Counter(outcome(each) for of, each_of in began if of == how for each in each_of)
        for how in (signal.SIGTERM, signal.SIGKILL)
    }
    drained = came[signal.SIGTERM]
    undrained = drained.total() - drained[COMPLETE]
    killed = came[signal.SIGKILL].total() - came[signal.SIGKILL][COMPLETE]
    return Restarts(len(load.results), undrained, killed, _lost(site))


def _send(load: Load, seconds: float) -> None:
    for _ in range(int(seconds * _PER_SECOND)):
        load.send(ask(asset.SLOW, stream=True))
        until = time.monotonic() + 1 / _PER_SECOND
        while (left := until - time.monotonic()) > 0:
            load.wait(left)


def _restart(site: Site, load: Load, how: int) -> None:
    """On the same port, once the old process has gone."""
    process = site.server.child.process
    process.send_signal(how)
    while process.poll() is None:
        load.wait(0.05)
    _finish(load)
    site.server.child.end()
    site.server = Server(site.folder, site.environment, port=site.server.address[1])


def _finish(load: Load) -> None:
    while load.busy:
        load.wait(0.1)


def _lost(site: Site) -> int:
    """Micro-dollars that are neither spent nor given back once a crash's have been swept."""
    _age(site)
    load = Load(site.server.address)
    load.send(ask())
    _finish(load)
    load.close()
    month = site.month()
    return int(abs(month["committed_micro_usd"] - month["spent_micro_usd"]) + abs(month["held"]))


def _age(site: Site) -> None:
    """Put every reservation ten minutes back, as if so much time had passed."""
    month = site.month()
    held = {name: value for name, value in month.items() if name.startswith("minute_")}
    for name, value in held.items():
        minute = int(name.removeprefix("minute_")) - 10
        site.cloud.dynamodb("UpdateItem", _renamed(month, name, f"minute_{minute}", value))


def _renamed(month: Mapping[str, Any], old: str, new: str, value: int) -> dict[str, Any]:
    return {
        "TableName": "strata-load-usage",
        "Key": {"tenant": {"S": month["tenant"]}, "month": {"S": month["month"]}},
        "UpdateExpression": f"SET {new} = :value REMOVE {old}",
        "ExpressionAttributeValues": {":value": {"N": str(value)}},
    }


def restarts() -> Row:
    with running_site() as site:
        found = run_restarts(site, restarts=20, seconds_each=2)
    told = (
        f"{found.streams:,} streams, {found.undrained} cut short by SIGTERM, {found.killed} by "
        f"SIGKILL; {found.lost_micro_usd} micro-dollars lost after the sweep"
    )
    met = not found.undrained and not found.lost_micro_usd
    bar = "drained streams finish, no reservation lost"
    return row("F10", "20 restarts under load, SIGTERM and SIGKILL by turns", bar, told, met)
