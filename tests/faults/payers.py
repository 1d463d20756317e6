"""Worker processes of the money's tests: real reserves and settles, and a pause for the model."""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from io import StringIO
from typing import Any, NamedTuple, TypeVar

import examples

from gateway.aws import Aws, Client
from gateway.budget import Spending
from gateway.errors import GatewayError
from gateway.settings import Price, Settings
from tests.fakes.requests import request

Done = TypeVar("Done")

_PLAIN = examples.settings()
USAGE, ANSWERS = _PLAIN.usage_table, _PLAIN.answers_table
# An output token costs a micro-dollar.
TARGET = _PLAIN.aliases["plain"].targets[0]._replace(price=Price(0, 1_000_000, 0, 0))
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}


class Terms(NamedTuple):
    """One worker's: `requests` are all its threads' together; money is in micro-dollars."""

    url: str
    budget: int
    threads: int
    requests: int
    cost: int
    reserved: tuple[int, int]
    rate: int = 1_000_000
    every_s: float = 0.0
    tenant: str = "demo"
    seed: int = 1


def settings(*, budget: int, rate: int = 1_000_000) -> Settings:
    """Those of `examples`, with tenants that all have this budget and rate."""
    tenant = _PLAIN.tenants["demo"]._replace(budget_micro_usd=budget, requests_per_second=rate)
    return _PLAIN._replace(tenants=dict.fromkeys(("demo", "noisy", "quiet", "calm"), tenant))


def usage(micro_usd: int) -> dict[str, int]:
    """What costs just that."""
    return {"inputTokens": 0, "outputTokens": micro_usd, "totalTokens": micro_usd}


class Paid(NamedTuple):
    """How a request ended, "ok" or an error's code, and what reserving and settling took."""

    end: str
    took_s: float


def pay(terms: Terms) -> list[Paid]:
    """Each thread has one request at a time; with `every_s`, at that pace."""
    known, paid = settings(budget=terms.budget, rate=terms.rate), list[Paid]()

    def one(aws: Aws, chance: random.Random) -> None:
        due = time.monotonic() + terms.every_s
        paid.append(_pay(terms, known, aws, chance))
        time.sleep(max(0.0, due - time.monotonic()))

    in_threads(terms, one)
    return paid


def _pay(terms: Terms, known: Settings, aws: Aws, chance: random.Random) -> Paid:
    began = time.monotonic()
    most = chance.randint(*terms.reserved)
    try:
        spending = Spending.reserve(request(terms.tenant), most, settings=known, upstream=aws)
    except GatewayError as refused:
        return Paid(refused.code, time.monotonic() - began)
    pause_s = chance.uniform(0.002, 0.02)
    time.sleep(pause_s)
    spending.settle(usage(terms.cost), TARGET)
    return Paid("ok", time.monotonic() - began - pause_s)


def sweep(terms: Terms) -> None:
    """As the next request does, long after everybody has died."""
    known, later = settings(budget=terms.budget), time.time() + 1_000
    with client(terms.url) as aws:
        Spending.reserve(
            request(terms.tenant), 0, settings=known, upstream=aws, clock=lambda: later
        ).release()


def in_processes(work: Callable[[Terms], Done], terms: Sequence[Terms]) -> list[Done]:
    """No worker begins before all of them are there."""
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Barrier(len(terms))
    with ProcessPoolExecutor(len(terms), spawn, _wait_for, (start,)) as pool:
        return list(pool.map(functools.partial(quietly, work), terms))


def in_threads(terms: Terms, one: Callable[[Aws, random.Random], None]) -> None:
    """`one` for each of the requests; a thread has a client and a chance of its own."""

    def run(number: int) -> None:
        chance = random.Random(f"{terms.seed} {number}")
        with client(terms.url) as aws:
            for _ in range(number, terms.requests, terms.threads):
                one(aws, chance)

    threads = [threading.Thread(target=run, args=[number]) for number in range(terms.threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextlib.contextmanager
def client(url: str) -> Iterator[Aws]:
    """The gateway's own, with this store; it hangs up in the end."""
    aws = Aws("us-east-1")
    aws._store = Client(
        "dynamodb", region="us-east-1", connect_timeout_s=2.0, read_timeout_s=3.0, endpoint=url
    )
    try:
        yield aws
    finally:
        if kept := aws._store._connection._kept:
            kept.hang_up()


def _wait_for(start: Any) -> None:
    start.wait()


def quietly(work: Callable[[Terms], Done], terms: Terms) -> Done:
    os.environ |= KEYS
    with contextlib.redirect_stdout(StringIO()):  # the gateway's log
        try:
            return work(terms)
        except GatewayError as error:  # it has no way between processes, and would break the pool
            raise AssertionError(f"{error.status} {error.code}: {error}") from error
