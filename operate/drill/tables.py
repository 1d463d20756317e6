"""Restores a table to a moment into a table beside it, and compares row by row.

The moment lies between two readings of the table. A row that both readings show alike was so at the
moment, and must be so in the copy; one that moved meanwhile is counted and not judged.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from operate.drill.rows import Rows, read
from operate.errors import OperateError

# DynamoDB says that it lags five minutes at most; a restore of little takes minutes as well.
PATIENCE_SECONDS = 60 * 60
PAUSE_SECONDS = 10


@dataclass(frozen=True)
class Clock:
    """Seconds since 1970, and a way to let them pass."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Compared:
    """How many rows came back alike, how many did not, and how many could not be judged."""

    table: str
    alike: int
    lost: int
    changed: int
    unknown: int
    moving: int
    seconds: int

    @property
    def passed(self) -> bool:
        """Whether every row that can be judged came back as it was, and no other did."""
        return not (self.lost or self.changed or self.unknown)


def drill(dynamodb: Any, table: str, clock: Clock) -> Compared:
    """Restore the table beside itself, compare, and remove the copy; raises OperateError."""
    copy = f"{table}-drill"
    started = clock.now()
    before = read(dynamodb, table)
    moment = int(clock.now()) + 1
    clock.sleep(moment + 1 - clock.now())
    after = read(dynamodb, table)
    _wait(
        clock, f"{table} cannot be restored to a moment ago yet", _reaches(dynamodb, table, moment)
    )
    _restore(dynamodb, table, copy, moment)
    try:
        _wait(clock, f"{copy} is not restored", _is_active(dynamodb, copy))
        restored = read(dynamodb, copy)
    finally:
        dynamodb.delete_table(TableName=copy)
    return _compared(table, before, after, restored, round(clock.now() - started))


def _restore(dynamodb: Any, table: str, copy: str, moment: int) -> None:
    exists = dynamodb.exceptions.TableAlreadyExistsException
    try:
        dynamodb.restore_table_to_point_in_time(
            SourceTableName=table,
            TargetTableName=copy,
            RestoreDateTime=datetime.fromtimestamp(moment, UTC),
        )
    except exists:
        expected = "it is of another drill: wait for its end, or look at it and delete it"
        raise OperateError(f"table {copy} exists already; {expected}") from None


def _reaches(dynamodb: Any, table: str, moment: int) -> Callable[[], bool]:
    def reaches() -> bool:
        found = dynamodb.describe_continuous_backups(TableName=table)[
            "ContinuousBackupsDescription"
        ]
        recovery = found["PointInTimeRecoveryDescription"]
        if recovery["PointInTimeRecoveryStatus"] != "ENABLED":
            raise OperateError(
                f"{table} has no point-in-time recovery; deploy its Foundation again"
            )
        latest: datetime = recovery["LatestRestorableDateTime"]
        return latest.timestamp() >= moment

    return reaches


def _is_active(dynamodb: Any, table: str) -> Callable[[], bool]:
    def is_active() -> bool:
        status: str = dynamodb.describe_table(TableName=table)["Table"]["TableStatus"]
        return status == "ACTIVE"

    return is_active


def _wait(clock: Clock, problem: str, is_so: Callable[[], bool]) -> None:
    deadline = clock.now() + PATIENCE_SECONDS
    while not is_so():
        if clock.now() > deadline:
            raise OperateError(f"after an hour {problem}")
        clock.sleep(PAUSE_SECONDS)


def _compared(table: str, before: Rows, after: Rows, copy: Rows, seconds: int) -> Compared:
    seen = before.keys() | after.keys()
    still = {key: row for key, row in before.items() if after.get(key) == row}
    found = {key: copy[key] for key in still if key in copy}
    alike = sum(still[key] == row for key, row in found.items())
    return Compared(
        table=table,
        alike=alike,
        lost=len(still) - len(found),
        changed=len(found) - alike,
        unknown=len(copy.keys() - seen),
        moving=len(seen) - len(still),
        seconds=seconds,
    )
