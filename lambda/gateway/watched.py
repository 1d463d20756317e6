"""A stream on its way out: whoever sends it need not know that it has to be ended and logged."""

from __future__ import annotations

from gateway import observe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any


class Watched:
    """A stream whose log line is written when it ends, however it ends.

    Its first chunk is made at once: closing a generator that never ran would skip its own end.
    """

    def __init__(
        self, chunks: Generator[bytes], request_id: str, facts: dict[str, Any], started: float
    ) -> None:
        self._chunks, self._first = chunks, next(chunks)
        self._log = (request_id, facts, started)
        self._ended = False

    def __iter__(self) -> Watched:
        return self

    def __next__(self) -> bytes:
        if self._first:
            first, self._first = self._first, b""
            return first
        try:
            return next(self._chunks)
        except BaseException:
            self._end()
            raise

    def close(self) -> None:
        """Ends the stream before it is over; nothing happens after its end."""
        try:
            self._chunks.close()
        finally:
            self._end()

    def _end(self) -> None:
        if not self._ended:
            self._ended = True
            request_id, facts, started = self._log
            observe.request(request_id, facts, status=200, started=started)
