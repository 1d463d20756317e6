"""Bedrock's side of an event stream: events as the bytes that carry them."""

from __future__ import annotations

import json
import struct
from binascii import crc32
from collections.abc import Mapping
from typing import Any

# Bedrock pads its events, so that their length does not tell how long a word is.
PADDING = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def event(event: Mapping[str, Any]) -> bytes:
    """A frame of an event such as `{"messageStop": {"stopReason": "end_turn"}}`."""
    [(name, body)] = event.items()
    padded = {**body, "p": PADDING[: 10 + len(json.dumps(body)) % 40]}
    headers = {":event-type": name, ":content-type": "application/json", ":message-type": "event"}
    return frame(headers, json.dumps(padded, separators=(",", ":")).encode())


def exception(member: str, message: str) -> bytes:
    """A frame of an exception, by the name of its member such as `throttlingException`."""
    headers = {":exception-type": member, ":content-type": "application/json"}
    payload = json.dumps({"message": message}).encode()
    return frame({**headers, ":message-type": "exception"}, payload)


def error(code: str, message: str) -> bytes:
    """A frame of a failure that the service's model does not name."""
    return frame({":message-type": "error", ":error-code": code, ":error-message": message})


def frame(headers: Mapping[str, str], payload: bytes = b"") -> bytes:
    return sealed(b"".join(header(*named) for named in headers.items()), payload)


def header(name: str, value: str) -> bytes:
    return field(name, 7, struct.pack(">H", len(value.encode())) + value.encode())


def field(name: str, kind: int, value: bytes) -> bytes:
    """A header of any type; `value` with the length that some types have before it."""
    return bytes([len(name.encode())]) + name.encode() + bytes([kind]) + value


def sealed(headers: bytes, payload: bytes) -> bytes:
    """With its lengths before it and the checksums that are right for them."""
    return signed(prelude(16 + len(headers) + len(payload), len(headers)) + headers + payload)


def prelude(total: int, headers: int) -> bytes:
    return signed(struct.pack(">II", total, headers))


def signed(data: bytes) -> bytes:
    return data + struct.pack(">I", crc32(data))


def flipped(data: bytes, at: int, bits: int = 1) -> bytes:
    """One byte is not what it was."""
    return data[:at] + bytes([data[at] ^ bits]) + data[at + 1 :]
