"""A tenant's month as its row in the table has it: integers, money in micro-dollars."""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, NamedTuple
else:
    from gateway.record import NamedTuple

# A reservation so much older than the longest request is a crash's: nobody will settle it.
_CRASHED_S = 60


class Month(NamedTuple):
    """`committed` is what was spent and what is reserved; `held` is what is reserved, by the epoch
    minute in which it was, and `admitted` counts requests by the epoch second.

    `committed = spent + all of held` after every update, whoever dies between two.
    """

    committed: int
    spent: int
    requests: int
    input_tokens: int
    output_tokens: int
    held: Mapping[int, int]
    admitted: Mapping[int, int]

    def left_behind(self, now: float, timeout_s: int) -> dict[int, int]:
        """The minutes that no request can settle any more.

        One with nothing in it is litter. A negative one was settled late, after it was swept.
        """
        last = (now - timeout_s - _CRASHED_S) / 60 - 1
        return {minute: held for minute, held in self.held.items() if minute <= last}


def month_of(item: Mapping[str, Any]) -> Month:
    """From an item as on the wire; a tenant without one has spent nothing."""
    numbers = {name: int(value["N"]) for name, value in item.items() if "N" in value}
    return Month(
        committed=numbers.get("committed_micro_usd", 0),
        spent=numbers.get("spent_micro_usd", 0),
        requests=numbers.get("requests", 0),
        input_tokens=numbers.get("input_tokens", 0),
        output_tokens=numbers.get("output_tokens", 0),
        held=_numbered("minute_", numbers),
        admitted=_numbered("second_", numbers),
    )


def name_of(now: float) -> str:
    """Months are UTC's: "2026-11"."""
    return time.strftime("%Y-%m", time.gmtime(now))


def resets_on(name: str) -> str:
    """The first day of the month after this one."""
    year, month = divmod(int(name[:4]) * 12 + int(name[5:]), 12)
    return f"{year}-{month + 1:02}-01"


def _numbered(prefix: str, numbers: Mapping[str, int]) -> dict[int, int]:
    return {
        int(name.removeprefix(prefix)): number
        for name, number in numbers.items()
        if name.startswith(prefix)
    }
