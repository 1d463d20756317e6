"""The answers of HTTP/1.1, read piece by piece as they come off a wire.

`http.client` would do, but with `email` behind it, it is a third of a cold start; and stricter than
it is safer: what is read wrong on a kept connection is taken for the next answer.
https://www.rfc-editor.org/rfc/rfc9112
"""

from __future__ import annotations

import re

from gateway.failures import Unreachable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import NamedTuple

    from gateway.patience import Patience
    from gateway.wire import Wire
else:
    from gateway.record import NamedTuple

# Those of http.client.
_LONGEST_LINE, _MOST_FIELDS = 65536, 100

_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: [^\r\n]*)?\r\n")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([^\r\n\0]*)\r\n")
_LENGTH = re.compile(r"[0-9]{1,15}")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,12})[ \t]*(?:;[^\r\n]*)?\r\n")
_END = b"\r\n"
_BODILESS = (204, 304)


class Source:
    """What has come over a wire: `data`, of which the part before `at` has been read."""

    __slots__ = ("at", "data", "patience", "wire")

    def __init__(self, wire: Wire, patience: Patience) -> None:
        self.wire, self.patience = wire, patience
        self.data, self.at = b"", 0

    def is_empty(self) -> bool:
        return self.at == len(self.data)

    def line(self) -> bytes:
        """The next line, with its end."""
        while not (end := self.data.find(b"\n", self.at) + 1):
            if len(self.data) - self.at > _LONGEST_LINE:
                raise self.failure("an endless line")
            self._wait()
        line = self.data[self.at : end]
        self.at = end
        return line

    def some(self, most: int) -> bytes:
        """What is there of the next bytes, as soon as one is."""
        if self.is_empty():
            self._wait()
        piece = self.data[self.at : self.at + most]
        self.at += len(piece)
        return piece

    def rest(self) -> Iterator[bytes]:
        """All that comes until the connection ends."""
        piece = self.data[self.at :] or self.wire.receive(self.patience)
        self.at = len(self.data)
        while piece:
            yield piece
            piece = self.wire.receive(self.patience)

    def failure(self, why: str) -> Unreachable:
        return Unreachable("the connection failed", detail=f"{self.wire.name}: {why}")

    def _wait(self) -> None:
        received = self.wire.receive(self.patience)
        if not received:
            raise self.failure("it ended within an answer")
        self.data = self.data[self.at :] + received
        self.at = 0


class Head(NamedTuple):
    """`headers` has lower-case names. `keeps` is whether the connection outlives the answer."""

    status: int
    headers: Mapping[str, str]
    keeps: bool


def read_head(source: Source) -> Head:
    """Of the answer itself: those that only announce it are skipped. Not for answers to HEAD."""
    while True:
        line = _STATUS.fullmatch(source.line())
        if not line:
            raise source.failure("no status line")
        headers, status = _fields(source), int(line[2])
        if status >= 200:
            return Head(status, headers, line[1] == b"1" and _keeps(status, headers))


def _keeps(status: int, headers: Mapping[str, str]) -> bool:
    if "close" in headers.get("connection", "").lower():
        return False
    return status in _BODILESS or "content-length" in headers or "transfer-encoding" in headers


def pieces(head: Head, source: Source) -> Iterator[bytes]:
    """The body, as it comes; Unreachable if it breaks off. The wire is left behind its end."""
    coding = head.headers.get("transfer-encoding")
    length = head.headers.get("content-length")
    bodiless = head.status in _BODILESS
    if coding is not None:
        if coding.lower() != "chunked" or length is not None or bodiless:
            raise source.failure("a transfer-encoding that is not chunked alone")
        return _chunked(source)
    if bodiless:
        return iter(())
    if length is None:
        return source.rest()
    if not _LENGTH.fullmatch(length):
        raise source.failure("a content-length that is no number")
    return _sized(source, int(length))


def _sized(source: Source, length: int) -> Iterator[bytes]:
    while length:
        piece = source.some(length)
        length -= len(piece)
        yield piece


def _chunked(source: Source) -> Iterator[bytes]:
    while size := _chunk_size(source):
        yield from _sized(source, size)
        if source.line() != _END:
            raise source.failure("a chunk that goes on")
    _fields(source)  # trailers: nobody wants to know


def _chunk_size(source: Source) -> int:
    size = _CHUNK.fullmatch(source.line())
    if not size:
        raise source.failure("a chunk without a size")
    return int(size[1], 16)


def _fields(source: Source) -> dict[str, str]:
    """Those of one name are joined, as they may be everywhere except in cookies."""
    fields: dict[str, str] = {}
    for _ in range(_MOST_FIELDS + 1):
        line = source.line()
        if line == _END:
            return fields
        field = _FIELD.fullmatch(line)
        if not field:
            raise source.failure("a header that is none")
        name, value = field[1].decode().lower(), field[2].strip(b" \t").decode("latin-1")
        fields[name] = f"{fields[name]}, {value}" if name in fields else value
    raise source.failure("too many headers")
