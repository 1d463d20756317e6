"""Callers of the gateway: what they ask, and whether they wait for each other.

    at_once(Load(address), requests, 16)
    at_a_rate(Load(address), requests, per_second=300)

Both end when the last request has been answered or has failed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping

from tests.load.generator import Load
from tests.load.results import Result


def at_once(load: Load, requests: Iterable[bytes], connections: int) -> list[Result]:
    """A closed loop: so many callers, each of whom asks again when it has its answer."""
    rest = iter(requests)
    more = True
    while more or load.busy:
        while more and load.busy < connections:
            request = next(rest, None)
            if request is None:
                more = False
            else:
                load.send(request)
        if load.busy:
            load.wait(0.5)
    return load.results


def at_a_rate(load: Load, requests: Iterable[bytes], per_second: float) -> list[Result]:
    """An open loop: callers come when they come, however slow the answers are."""
    started = time.monotonic()
    for due, request in _schedule(requests, started, per_second):
        while (left := due - time.monotonic()) > 0:
            load.wait(left)
        load.send(request)
    while load.busy:
        load.wait(0.5)
    return load.results


def _schedule(
    requests: Iterable[bytes], started: float, per_second: float
) -> Iterator[tuple[float, bytes]]:
    for number, request in enumerate(requests):
        yield started + number / per_second, request


def chat(
    model: str,
    *,
    key: str,
    stream: bool = False,
    path: str = "/v1/chat/completions",
    headers: Mapping[str, str] = {},
    **fields: object,
) -> bytes:
    """One request of OpenAI's chat, as bytes."""
    messages = [{"role": "user", "content": "How long is the refund window?"}]
    asked = {"model": model, "messages": messages, "max_tokens": 64, **fields}
    if stream:
        asked["stream"] = True
    body = json.dumps(asked).encode()
    lines = [
        f"POST {path} HTTP/1.1",
        "host: 127.0.0.1",
        "content-type: application/json",
        f"authorization: Bearer {key}",
        f"content-length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body
