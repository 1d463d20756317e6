"""Requests that several processes send with the same Idempotency-Keys at once: F8's workers."""

from __future__ import annotations

import json
import os
import random
import time
from typing import NamedTuple

from gateway.aws import Aws
from gateway.budget import Spending
from gateway.edge import Reply, Request, Stream
from gateway.errors import GatewayError
from gateway.idempotency import once
from gateway.settings import Settings
from tests.fakes.requests import request
from tests.faults.payers import TARGET, Terms, in_threads, settings, usage


class Repeated(NamedTuple):
    """What one worker was told for a key; it `ran` the request itself or not."""

    key: int
    told: str
    ran: bool


def repeat(terms: Terms) -> list[Repeated]:
    """Every key once; all workers have them in about the same order."""
    known = settings(budget=terms.budget)
    keys = iter(range(terms.requests))
    repeated: list[Repeated] = []

    def one(aws: Aws, chance: random.Random) -> None:
        key = next(keys)
        runs: list[bool] = []
        asked = request(headers={"idempotency-key": f"key {key}"}, body=b"%d" % key)

        def run() -> Reply | Stream:
            runs.append(True)
            return _answer(asked, known, aws, terms.cost, chance, streamed=key % 2 == 0)

        try:
            told = _text(once(asked, run, settings=known, upstream=aws))
        except GatewayError as refused:
            told = refused.code
        repeated.append(Repeated(key, told, bool(runs)))

    in_threads(terms, one)
    return repeated


def _answer(
    asked: Request,
    known: Settings,
    aws: Aws,
    cost: int,
    chance: random.Random,
    *,
    streamed: bool,
) -> Reply | Stream:
    """Different each time, so that a second run would be seen."""
    spending = Spending.reserve(asked, cost, settings=known, upstream=aws)
    time.sleep(chance.uniform(0, 0.02))
    said = os.urandom(8).hex()

    def chunks():
        yield b"data: %b\n\n" % said.encode()
        spending.settle(usage(cost), TARGET)
        yield b"data: [DONE]\n\n"

    if streamed:
        return Stream(chunks())
    spending.settle(usage(cost), TARGET)
    return Reply({"id": said})


def _text(made: Reply | Stream) -> str:
    if isinstance(made, Stream):
        return b"".join(made.chunks).decode()
    return json.dumps(made.body)
