"""Bodies that nobody should send: whole ones, broken by chance from a seed (R1)."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator

from tests.robustness.gateway import SEARCH

# Something of a caller's own that no answer and no log may show again.
MARKER = "zq7-secret-prompt"
IMAGE = "data:image/png;base64,iVBORw0KGgo="

BODIES: dict[str, dict[str, object]] = {
    "/v1/chat/completions": {
        "model": "plain",
        "messages": [
            {"role": "system", "content": f"You are {MARKER}."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": f"What is {MARKER}?"},
                    {"type": "image_url", "image_url": {"url": IMAGE}},
                ],
            },
        ],
        "temperature": 0.5,
        "max_tokens": 16,
        "stop": ["END"],
        "tools": [
            {
                "type": "function",
                "function": {"name": "look", "parameters": {"type": "object", "properties": {}}},
            }
        ],
    },
    "/v1/responses": {
        "model": "plain",
        "instructions": f"You are {MARKER}.",
        "input": [{"role": "user", "content": [{"type": "input_text", "text": f"Is {MARKER}?"}]}],
        "max_output_tokens": 16,
    },
    "/v1/messages": {
        "model": "plain",
        "max_tokens": 16,
        "system": f"You are {MARKER}.",
        "messages": [{"role": "user", "content": [{"type": "text", "text": f"Is {MARKER}?"}]}],
    },
    "/v1/embeddings": {"model": "embed-default", "input": [f"{MARKER} one", "two"]},
    SEARCH: {
        "query": f"What is {MARKER}?",
        "top_k": 3,
        "filter": {
            "andAll": [
                {"greaterThan": {"key": "year", "value": 2025}},
                {"in": {"key": "language", "value": ["en", f"{MARKER} too"]}},
            ]
        },
        "rerank": True,
    },
}

Mutate = Callable[[bytearray, random.Random], bytes]


def mutations(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Routes and bodies, the same for the same seed; each is broken once to four times."""
    chance = random.Random(seed)
    routes = list(BODIES)
    for _ in range(count):
        path = chance.choice(routes)
        body = json.dumps(BODIES[path]).encode()
        for _ in range(chance.randint(1, 4)):
            body = chance.choice(MUTATIONS)(bytearray(body), chance)
        yield path, body


def _at(body: bytearray, chance: random.Random) -> int:
    return chance.randrange(len(body) + 1)


def flip(body: bytearray, chance: random.Random) -> bytes:
    if body:
        body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
    return bytes(body)


def cut(body: bytearray, chance: random.Random) -> bytes:
    return bytes(body[: _at(body, chance)])


def drop(body: bytearray, chance: random.Random) -> bytes:
    at = _at(body, chance)
    del body[at : at + chance.randint(1, 20)]
    return bytes(body)


def repeat(body: bytearray, chance: random.Random) -> bytes:
    """A piece twice: duplicate keys, among other things."""
    at = _at(body, chance)
    piece = body[at : at + chance.randint(1, 60)]
    return bytes(body[:at] + piece + body[at:])


def insert(body: bytearray, chance: random.Random) -> bytes:
    at = _at(body, chance)
    return bytes(body[:at]) + chance.choice(_PIECES) + bytes(body[at:])


def replace_value(body: bytearray, chance: random.Random) -> bytes:
    """Put something else after a colon."""
    colons = [i for i, byte in enumerate(body) if byte == ord(":")]
    if not colons:
        return bytes(body)
    at = chance.choice(colons) + 1
    ends = [i for i in range(at, len(body)) if body[i] in b",}]"]
    return bytes(body[:at]) + chance.choice(_VALUES) + bytes(body[ends[0] if ends else at :])


def nest(body: bytearray, chance: random.Random) -> bytes:
    depth = chance.choice((10, 200, 900, 990, 2_000, 100_000))
    deep = chance.choice((b"[", b'{"a":')) * depth
    return insert_at(body, deep, chance)


def insert_at(body: bytearray, piece: bytes, chance: random.Random) -> bytes:
    at = _at(body, chance)
    return bytes(body[:at]) + piece + bytes(body[at:])


_PIECES = (
    b"\xff",
    b"\xc3\x28",
    b"\xed\xa0\x80",
    b"\\ud800",
    b"\\u0000",
    b"\x00",
    b"NaN",
    b"Infinity",
    b"1e999",
    b"-0.0",
    b"\xef\xbb\xbf",
    b'"model": "other-teams", ',
    b'"n": 2, ',
    b'"stream": true, ',
    b'"messages": [], ',
    b"[[[[",
    b"}}",
    b"/* */",
    b"'",
    b"\r\n\r\n",
    b'"groups": ["board"], ',
    b'"orAll": [], ',
)
_VALUES = (
    b"null",
    b"true",
    b"-1",
    b"1e999",
    b"NaN",
    b"9" * 400,
    b"1" * 5_000,
    b"[]",
    b"{}",
    b'""',
    b'" "',
    b'"\\ud83d"',
    b'"\\u0000"',
    b'"other-teams"',
    b'"embed-default"',
    b'["a", 1]',
    b'{"a": {"b": [1]}}',
    b'"' + b"x" * 3_000 + b'"',
)
MUTATIONS: tuple[Mutate, ...] = (flip, cut, drop, repeat, insert, replace_value, nest)
