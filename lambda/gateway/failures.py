"""What can go wrong between us and AWS: one family, so that a handler catches it in one place."""

from __future__ import annotations


class UpstreamFailure(Exception):
    """AWS gave no usable answer.

    `str()` may be shown to a caller. `detail` is for the log alone: it can name ARNs, accounts and
    hosts.
    """

    def __init__(self, message: str, *, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail


class ClientGone(Exception):
    """The caller has hung up: nobody wants the rest, which has to be paid for all the same."""


class TimedOut(UpstreamFailure):
    """No whole answer in time.

    The call may have been carried out and billed: never send it again.
    """


class Unreachable(UpstreamFailure):
    """No connection, or one that broke before the whole answer came."""


class AwsError(UpstreamFailure):
    """AWS refused or failed: an HTTP status other than 2xx.

    `code` is the error's bare name, such as `ThrottlingException`; the status, as text, where AWS
    named none. `detail` is AWS's own message.
    """

    def __init__(self, status: int, code: str, *, detail: str = "") -> None:
        super().__init__(f"AWS answered {status} {code}", detail=detail)
        self.status = status
        self.code = code


def frames(error: BaseException) -> list[str]:
    """Where an error happened, as `traceback` would list it: importing that costs 3 ms."""
    found, at = [], error.__traceback__
    while at is not None:
        found.append(f"{at.tb_frame.f_code.co_filename}:{at.tb_lineno}")
        at = at.tb_next
    return found
