"""The loop that runs a function in place of Lambda's own, which cannot stream from Python.

`stream_wrapper` starts it; docs/decisions/0013-own-runtime-loop.md says why it exists.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time

from gateway.failures import ClientGone, frames
from gateway.runtime_api import RuntimeApi
from gateway.runtime_function import Fault, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gateway.runtime_api import Invocation
    from gateway.runtime_function import Function

_ACCEPTED = 202
# Before Lambda ends the environment, to settle a stream whose reader has stalled.
_CLOSING_S = 1.0


class Context:
    """What the gateway asks of Lambda's context; `deadline` is on `time.time()`."""

    def __init__(self, invocation: Invocation, check_client: Callable[[], None]) -> None:
        self.aws_request_id = invocation.id
        self.deadline = int(invocation.headers["lambda-runtime-deadline-ms"]) / 1000
        self.check_client = check_client

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.deadline - time.time()) * 1000))


def main() -> None:
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # it is a file
    api = RuntimeApi(os.environ["AWS_LAMBDA_RUNTIME_API"], _stop_on_sigterm())
    try:
        function = load(os.environ.get("_HANDLER", ""))
    except Exception as error:
        _log_error("init", error)
        api.fail("init", _kind(error))
        sys.exit(1)
    while (invocation := api.next()) is not None:
        _serve(api, function, invocation)
        sys.stdout.flush()  # the environment may freeze from here on


def _stop_on_sigterm() -> int:
    """A file descriptor that can be read from then on; what is under way goes on."""
    stop, told = os.pipe()
    os.set_blocking(told, False)
    signal.set_wakeup_fd(told)
    signal.signal(signal.SIGTERM, lambda *_: None)
    return stop


def _serve(api: RuntimeApi, function: Function, invocation: Invocation) -> None:
    _trace(invocation.headers.get("lambda-runtime-trace-id"))
    try:
        status = _answer(api, function, invocation)
        if status != _ACCEPTED:  # too large, or too late
            _log(invocation.id, "refused", status=status)
    except ClientGone:
        api.reconnect()


def _answer(api: RuntimeApi, function: Function, invocation: Invocation) -> int:
    try:
        context = Context(invocation, api.check_client)
        prelude, chunks = function(invocation.event, context)
    except Exception as error:
        _log_error(invocation.id, error)
        return api.fail(f"invocation/{invocation.id}", _kind(error))
    if prelude is None:
        return api.answer(invocation.id, b"".join(chunks))
    return _stream(api, context, prelude, chunks)


def _stream(api: RuntimeApi, context: Context, prelude: bytes, chunks: Iterable[bytes]) -> int:
    kind = None
    try:
        api.begin(context.aws_request_id, prelude, context.deadline - _CLOSING_S)
        for chunk in chunks:
            api.send(chunk)
    except ClientGone:
        raise
    except Exception as error:
        _log_error(context.aws_request_id, error)
        kind = _kind(error)
    finally:
        _close(context.aws_request_id, chunks)
    return api.end(kind)


def _close(id: str, chunks: Iterable[bytes]) -> None:
    """Ends what makes them, if that is not over, and so settles what it has cost."""
    close = getattr(chunks, "close", None)
    try:
        if close is not None:
            close()
    except Exception as error:
        _log_error(id, error)


def _trace(id: str | None) -> None:
    if id is None:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    else:
        os.environ["_X_AMZN_TRACE_ID"] = id


def _kind(error: Exception) -> str:
    return error.kind if isinstance(error, Fault) else type(error).__name__


def _log_error(id: str, error: Exception) -> None:
    """What it was and where, but not its text, which may quote a prompt."""
    known = {"detail": str(error)} if isinstance(error, Fault) else {}
    _log(id, "bug", error=_kind(error), **known, frames=frames(error)[-8:])


def _log(id: str, event: str, **facts: object) -> None:
    print(json.dumps({"request_id": id, "event": event, **facts}))
