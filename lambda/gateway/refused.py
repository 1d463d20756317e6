"""What AWS refuses as wrong is the caller's to mend, and is told without AWS's own words."""

from __future__ import annotations

from gateway.errors import invalid, throttled
from gateway.failures import AwsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    Answered = TypeVar("Answered")


def by_name(ask: Callable[[], Answered], param: str | None, message: str) -> Answered:
    """What `ask` gives; a 400 with this message for a 400 of AWS's, whatever it was for."""
    try:
        return ask()
    except AwsError as refused:
        if refused.code == "ServiceQuotaExceededException":  # a 400 that is not the caller's fault
            raise throttled() from refused
        if refused.status != 400:
            raise
        raise invalid(param, message) from refused
