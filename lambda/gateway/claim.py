"""One request's claim on its Idempotency-Key: made, waited for, ended."""

from __future__ import annotations

import hashlib
import os
import time

from gateway import errors, observe
from gateway.answers import RUNNING, Answers
from gateway.aws import UpstreamFailure
from gateway.sweep import told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gateway.answers import Kept
    from gateway.aws import Upstream
    from gateway.edge import Request

_PAUSE_S = 0.05
# Beyond the request's deadline: an answer that came late is kept all the same.
_GRACE_S = 0.5
# Beyond it, nobody works on the request any more: Lambda has ended whoever did.
_LEASE_S = 5


class Claim:
    """`groups` are the caller's, `clock` is the time of day. Keys and bodies are known to the table
    by their hashes alone."""

    def __init__(
        self,
        request: Request,
        key: str,
        *,
        groups: Sequence[str],
        table: str,
        upstream: Upstream,
        clock: Callable[[], float],
    ) -> None:
        self._request, self._clock = request, clock
        self._body_hash = _hash(" ".join((request.route, *request.path.values())), request.body)
        self._attempt = os.urandom(16).hex()  # the same request may come twice, id and all
        # What one API key of the tenant may read, another need not, nor itself tomorrow.
        key_hash = _hash(" ".join((request.tenant, *groups)), key.encode())
        self._answers = Answers(
            key_hash, self._body_hash, self._attempt, table=table, upstream=upstream
        )

    def earlier_answer(self) -> Kept | None:
        """None once the key is ours, and nobody else runs it.

        Raises what the table does, a 400 for another request's key, and a 409 if an earlier request
        is not answered in this one's time.
        """
        while not self._take():
            kept = self._read()
            while kept and kept.state == RUNNING and kept.lease_until > self._clock():
                if kept.claimed_by == self._attempt:  # a claim whose answer was lost on the way
                    return None
                self._pause()
                kept = self._read()
            if kept and kept.state != RUNNING:
                return kept
        return None

    def keep(self, state: str, headers: Mapping[str, str], body: bytes) -> None:
        """The answer is paid for: it is given, whether or not it could be kept."""
        deadline = self._request.deadline + _GRACE_S
        try:
            self._answers.keep(state, headers, body, int(self._clock()), deadline)
        except UpstreamFailure as failure:
            observe.event(self._request.id, "answer not kept", **told(failure))

    def give_up(self) -> None:
        """So that the next request with this key runs: at once, or when the lease is over."""
        try:
            self._answers.forget(self._request.deadline + _GRACE_S)
        except UpstreamFailure as failure:
            observe.event(self._request.id, "claim not given up", **told(failure))

    def _take(self) -> bool:
        left_s = self._request.deadline - time.monotonic()
        now = self._clock()
        return self._answers.claim(int(now), int(now + left_s + _LEASE_S), self._request.deadline)

    def _read(self) -> Kept | None:
        kept = self._answers.read(self._request.deadline)
        if kept and kept.body_hash != self._body_hash:
            message = "This Idempotency-Key was used for another request; make a new one."
            raise errors.invalid("Idempotency-Key", message)
        return kept

    def _pause(self) -> None:
        """From one to four times as long, by chance."""
        pause_s = _PAUSE_S * (1 + 3 * int.from_bytes(os.urandom(2), "big") / 65536)
        if time.monotonic() + pause_s >= self._request.deadline:
            message = "The first request with this Idempotency-Key is not answered yet."
            error = errors.conflict(message)
            error.headers = {"retry-after": "1"}
            raise error
        self._request.check_client()
        time.sleep(pause_s)


def _hash(of: str, what: bytes) -> str:
    return hashlib.sha256(of.encode() + b"\n" + what).hexdigest()
