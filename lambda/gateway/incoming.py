"""An answer as it comes in, and what becomes of its connection."""

from __future__ import annotations

from gateway.http1 import pieces

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gateway.http1 import Head, Source
    from gateway.wire import Wire


class Response:
    """`headers` has lower-case names."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body


class Incoming:
    """An answer whose head is there and whose body is read in pieces, as they come.

    At its end the connection is ready for the next call; an answer that breaks off, or is closed or
    forgotten before, hangs up. `patience.deadline` may be moved in the meantime.
    """

    def __init__(self, head: Head, source: Source, keep: Callable[[Wire], None]) -> None:
        self.status, self.headers = head.status, head.headers
        self.patience = source.patience
        self._head, self._keep = head, keep
        self._source: Source | None = source
        self._pieces = pieces(head, source)

    def __iter__(self) -> Incoming:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except StopIteration:
            self._end()
            raise
        except BaseException:
            self.close()
            raise

    def whole(self) -> Response:
        return Response(self.status, self.headers, b"".join(self))

    def close(self) -> None:
        """Hangs up, unless the answer has come to its end."""
        if self._source:
            self._source.wire.hang_up()
        self._source, self._pieces = None, iter(())

    def _end(self) -> None:
        if self._source and self._source.is_empty() and self._head.keeps:
            self._keep(self._source.wire)
            self._source = None
        self.close()

    def __del__(self) -> None:
        self.close()
