"""The updates that change a tenant's month: each is one call, atomic, and leaves the sums right."""

from __future__ import annotations

from gateway.aws import AwsError
from gateway.month import month_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import NamedTuple

    from gateway.aws import Upstream
    from gateway.month import Month
else:
    from gateway.record import NamedTuple

# Attributes that one update names, beside its own: its text may have 4 kB.
_MOST_NAMES = 100

_HAS_ROOM = "(attribute_not_exists(committed_micro_usd) OR committed_micro_usd <= :room)"


class Hold(NamedTuple):
    """What one request has reserved, and in which epoch minute."""

    minute: int
    micro_usd: int


class Ledger:
    """One tenant's row for one month. None instead of a Month: the update's condition was not met.

    Every method raises what `upstream.dynamodb` does.
    """

    def __init__(self, tenant: str, month: str, *, table: str, upstream: Upstream) -> None:
        self.tenant, self.month = tenant, month
        key = {"tenant": {"S": tenant}, "month": {"S": month}}
        self._row = {"TableName": table, "Key": key}
        self._upstream = upstream

    def read(self, deadline: float) -> Month:
        request = {**self._row, "ConsistentRead": True}
        return month_of(self._upstream.dynamodb("GetItem", request, deadline).get("Item", {}))

    def admit(
        self, hold: Hold, second: int, *, budget: int, rate: int, deadline: float
    ) -> Month | None:
        """Reserve within the budget and count within the rate, both or neither."""
        return self._update(
            f"ADD committed_micro_usd :held, minute_{hold.minute} :held, second_{second} :one",
            {":held": hold.micro_usd, ":one": 1, ":room": budget - hold.micro_usd, ":rate": rate},
            deadline,
            f"{_HAS_ROOM} AND {_in_rate(second)}",
        )

    def reserve(self, hold: Hold, *, budget: int, deadline: float) -> Month | None:
        """For a request that has been counted."""
        return self._update(
            f"ADD committed_micro_usd :held, minute_{hold.minute} :held",
            {":held": hold.micro_usd, ":room": budget - hold.micro_usd},
            deadline,
            _HAS_ROOM,
        )

    def count(self, second: int, *, rate: int, deadline: float) -> Month | None:
        values = {":one": 1, ":rate": rate}
        return self._update(f"ADD second_{second} :one", values, deadline, _in_rate(second))

    def end(
        self, hold: Hold, spent: Mapping[str, int], seconds: Sequence[int], deadline: float
    ) -> bool:
        """Give a reservation back and add what was `spent`, by the attributes' names; whether it
        was still there.

        `seconds` are counted no longer. It is not done twice if the answer of the first call was
        lost: then the minute holds less than the reservation, unless others' are in it as well.
        """
        held = f"minute_{hold.minute}"
        change = spent.get("spent_micro_usd", 0) - hold.micro_usd
        amounts = {"committed_micro_usd": change, held: -hold.micro_usd, **spent}
        values = {f":{name}": amount for name, amount in amounts.items()}
        update = "ADD " + ", ".join(f"{name} :{name}" for name in amounts)
        if seconds:
            update += " REMOVE " + ", ".join(f"second_{each}" for each in seconds[:_MOST_NAMES])
        written = self._update(
            update,
            {**values, ":held": hold.micro_usd, ":none": 0},
            deadline,
            # Missing or negative: swept, because it took too long.
            f"attribute_not_exists({held}) OR {held} < :none OR {held} >= :held",
            returns="NONE",
        )
        return written is not None

    def sweep(self, left: Mapping[int, int], deadline: float) -> Month | None:
        """Give back what these minutes hold, if they still hold that."""
        held = {f"minute_{minute}": left[minute] for minute in sorted(left)[:_MOST_NAMES]}
        values = {f":{name}": amount for name, amount in held.items()}
        return self._update(
            f"ADD committed_micro_usd :back REMOVE {', '.join(held)}",
            {**values, ":back": -sum(held.values())},
            deadline,
            " AND ".join(f"{name} = :{name}" for name in held),
        )

    def _update(
        self,
        update: str,
        values: Mapping[str, int],
        deadline: float,
        condition: str,
        *,
        returns: str = "ALL_NEW",
    ) -> Month | None:
        request = {
            **self._row,
            "UpdateExpression": update,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": {name: {"N": str(n)} for name, n in values.items()},
            "ReturnValues": returns,
        }
        try:
            answer = self._upstream.dynamodb("UpdateItem", request, deadline)
        except AwsError as refused:
            if refused.code != "ConditionalCheckFailedException":
                raise
            return None
        return month_of(answer.get("Attributes", {}))


def _in_rate(second: int) -> str:
    return f"(attribute_not_exists(second_{second}) OR second_{second} < :rate)"
