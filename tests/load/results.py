"""What came back for one request."""

from __future__ import annotations

import re
from collections.abc import Iterator

CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)


class Result:
    """One request; times in seconds since it was sent. `error` says why there is no answer."""

    __slots__ = ("data", "ended", "error", "first_s", "request", "sent", "took_s")

    def __lt__(self, other: Result) -> bool:
        return self.sent < other.sent

    def __init__(self, request: bytes) -> None:
        self.request = request
        self.data = b""
        self.sent = self.ended = self.took_s = 0.0
        self.first_s: float | None = None
        self.error: str | None = None

    @property
    def status(self) -> int:
        return int(self.data[9:12] or 0)

    @property
    def body(self) -> bytes:
        """The body without its transfer coding."""
        head, _, body = self.data.partition(b"\r\n\r\n")
        return b"".join(_dechunked(body)) if CHUNKED.search(head) else body


def _dechunked(body: bytes) -> Iterator[bytes]:
    at = 0
    while (end := body.find(b"\r\n", at)) >= 0:
        size = int(body[at:end] or b"0", 16)
        yield body[end + 2 : end + 2 + size]
        at = end + 4 + size
