"""What a caller learns of an error: nothing that AWS said, and of a bug only that it is one."""

from __future__ import annotations

from gateway import errors, observe
from gateway.failures import AwsError, ClientGone, TimedOut, UpstreamFailure, frames


def told_of(request_id: str, error: Exception) -> errors.GatewayError:
    """What the caller learns of an error; the rest is for the log, and no text of it for either."""
    if isinstance(error, errors.GatewayError):
        return error
    if isinstance(error, ClientGone):  # nobody will read it; the log will
        return errors.client_gone()
    if isinstance(error, RecursionError):  # json reads a little deeper than it writes
        return errors.invalid(None, "The body is nested too deeply.")
    if isinstance(error, UpstreamFailure):
        return _upstream(request_id, error)
    # Where it happened and what it was, but not its text: that may quote a prompt.
    observe.event(request_id, "bug", error=type(error).__name__, frames=frames(error)[-8:])
    return errors.internal()


def _upstream(request_id: str, failure: UpstreamFailure) -> errors.GatewayError:
    code = failure.code if isinstance(failure, AwsError) else None
    observe.event(request_id, "upstream", error=type(failure).__name__, code=code)
    if isinstance(failure, TimedOut):
        return errors.timed_out()
    if isinstance(failure, AwsError) and failure.status == 429:
        return errors.throttled()
    return errors.bad_gateway()
