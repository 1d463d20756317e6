"""`Idempotency-Key`: however often a request comes, it is carried out and paid for once.

As at Stripe, the answer is kept for 24 hours and given again to the same request, and the same key
with another request is a 400. Failures are not kept, so that whoever tries again may succeed.
"""

from __future__ import annotations

import json
import time

from gateway import errors, observe, readers
from gateway.answers import STREAM, TOO_LARGE, WHOLE
from gateway.aws import UpstreamFailure
from gateway.claim import Claim
from gateway.edge import Reply, Stream
from gateway.sweep import told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from gateway.answers import Kept
    from gateway.aws import Upstream
    from gateway.edge import Request
    from gateway.settings import Settings

_LONGEST = 255


def once(
    request: Request,
    run: Callable[[], Reply | Stream],
    *,
    settings: Settings,
    upstream: Upstream,
    clock: Callable[[], float] = time.time,
) -> Reply | Stream:
    """What `run` answers, or has answered to the same request before; without a key, just `run`.

    Raises, beside what `run` does, a 400 for a bad key or another request's, a 409 while the first
    request takes too long or if its answer was too large, and a 503 if the table does not answer:
    then nothing was run.
    """
    key = request.headers.get("idempotency-key")
    if key is None:
        return run()
    if not (1 <= len(key) <= _LONGEST and key.isascii() and key.isprintable()):
        message = f"An Idempotency-Key must be 1 to {_LONGEST} printable ASCII characters."
        raise errors.invalid("Idempotency-Key", message)
    claim = Claim(
        request,
        key,
        groups=readers.groups_of(request, settings),
        table=settings.answers_table,
        upstream=upstream,
        clock=clock,
    )
    try:
        kept = claim.earlier_answer()
    except UpstreamFailure as failure:
        observe.event(request.id, "no claim", **told(failure))
        raise _unavailable() from failure
    return _run(request, run, claim) if kept is None else _again(request, kept)


def _run(request: Request, run: Callable[[], Reply | Stream], claim: Claim) -> Reply | Stream:
    try:
        made = run()
    except BaseException:
        claim.give_up()
        raise
    if isinstance(made, Stream):
        return Stream(_noted(request, made, claim), made.headers)
    claim.keep(WHOLE, made.headers, json.dumps(made.body).encode())
    return made


def _noted(request: Request, made: Stream, claim: Claim) -> Generator[bytes]:
    """The stream as it comes; kept if it was sent to its end, and the end is a good one."""
    said = []
    try:
        for chunk in made.chunks:
            said.append(chunk)
            yield chunk
    except BaseException:
        try:
            made.chunks.close()
        finally:
            claim.give_up()
        raise
    if _ended_well(request):
        claim.keep(STREAM, made.headers, b"".join(said))
    else:
        claim.give_up()


def _ended_well(request: Request) -> bool:
    """A stream's status is always 200: how it ended is in the facts of its log line."""
    outcome = request.facts.get("outcome", "ok")
    return outcome in ("ok", "blocked") and "error.type" not in request.facts


def _again(request: Request, kept: Kept) -> Reply | Stream:
    request.facts["replayed"] = True
    if kept.state == TOO_LARGE:
        message = "The answer to this Idempotency-Key's request was too large to be kept."
        raise errors.conflict(message)
    headers = {**kept.headers, "idempotent-replayed": "true"}
    if kept.state == STREAM:
        return Stream(_whole(kept.body), headers)
    return Reply(json.loads(kept.body), headers)


def _whole(body: bytes) -> Generator[bytes]:
    yield body


def _unavailable() -> errors.GatewayError:
    message = "The Idempotency-Key could not be checked, so nothing was asked: try again later."
    return errors.GatewayError(503, "server_error", "idempotency_unavailable", message)
