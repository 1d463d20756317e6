"""AWS's binary event stream, application/vnd.amazon.eventstream: from bytes to messages.

A message is a prelude (two lengths and their checksum), headers, a payload and a checksum of all
that. botocore/eventstream.py is the reference, and this refuses whatever it refuses.
https://docs.aws.amazon.com/transcribe/latest/dg/event-stream.html
"""

from __future__ import annotations

import functools
import struct
from binascii import crc32

from gateway.failures import Unreachable, UpstreamFailure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    # The values of headers that are text are `str`; the others stay as they came.
    Message = tuple[Mapping[str, str | bytes], bytes]

_PRELUDE = struct.Struct(">III")
_CHECKSUM = struct.Struct(">I")
_LEAST = _PRELUDE.size + _CHECKSUM.size
_MOST_HEADERS, _MOST_PAYLOAD = 128 * 1024, 24 * 1024 * 1024

# How long a header's value is, by its type; byte arrays and text bring a length of two bytes.
_LENGTHS = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
_BYTES, _TEXT = 6, 7


class Messages:
    """Takes bytes as they come, and gives the whole messages among them one by one."""

    def __init__(self) -> None:
        self._data, self._at = b"", 0

    def add(self, data: bytes) -> None:
        self._data = self._data[self._at :] + data
        self._at = 0

    def next(self) -> Message | None:
        """Its headers and its payload; None while more has to come.

        Raises UpstreamFailure for a message that is broken: what follows it is lost too.
        """
        data, start = self._data, self._at
        if len(data) - start < _LEAST:
            return None
        total, headers_length = _lengths(data, start)
        end = start + total
        if len(data) < end:
            return None
        body = end - _CHECKSUM.size
        if crc32(data[start:body]) != _CHECKSUM.unpack_from(data, body)[0]:
            raise _broken("the checksum is wrong")
        self._at = end
        split = start + _PRELUDE.size + headers_length
        return _headers(data[start + _PRELUDE.size : split]), data[split:body]

    def end(self) -> None:
        """Nothing more comes; raises Unreachable if that is in the middle of a message."""
        if self._at < len(self._data):
            raise Unreachable("the connection failed", detail="it ended within a message")


def _lengths(data: bytes, start: int) -> tuple[int, int]:
    """Of the message and of its headers, as its prelude has them."""
    total, headers, checksum = _PRELUDE.unpack_from(data, start)
    if crc32(data[start : start + 8]) != checksum:
        raise _broken("the prelude's checksum is wrong")
    if headers > _MOST_HEADERS or not 0 <= total - headers - _LEAST <= _MOST_PAYLOAD:
        raise _broken("the lengths cannot be right")
    return total, headers


@functools.lru_cache(maxsize=16)
def _headers(data: bytes) -> Mapping[str, str | bytes]:
    """Kept, for those of one kind of event are the same each time."""
    headers: dict[str, str | bytes] = {}
    at = 0
    while at < len(data):
        name, at = _cut(data, at + 1, data[at])
        kind, at = _cut(data, at, 1)
        length = _LENGTHS.get(kind[0])
        if kind[0] in (_BYTES, _TEXT):
            prefix, at = _cut(data, at, 2)
            length = int.from_bytes(prefix, "big")
        if length is None:
            raise _broken("a header is of a type that nobody knows")
        value, at = _cut(data, at, length)
        if _decoded(name) in headers:
            raise _broken("a header comes twice")
        headers[_decoded(name)] = _decoded(value) if kind[0] == _TEXT else value
    return headers


def _cut(data: bytes, at: int, length: int) -> tuple[bytes, int]:
    """So many bytes, and where they end."""
    end = at + length
    if end > len(data):
        raise _broken("a header is cut off")
    return data[at:end], end


def _decoded(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise _broken("a header is not UTF-8") from None


def _broken(why: str) -> UpstreamFailure:
    return UpstreamFailure("AWS sent an event that cannot be read", detail=why)
