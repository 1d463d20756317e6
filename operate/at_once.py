"""Many calls of one kind, a few at a time; the first that fails ends them all."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import boto3
from botocore.config import Config

AT_ONCE = 8
# Adaptive: a throttled answer slows down every thread, not only the one that got it.
PATIENT = Config(
    retries={"mode": "adaptive", "total_max_attempts": 8}, max_pool_connections=AT_ONCE
)
Told = Callable[[int, int], None]
Given = TypeVar("Given")
Made = TypeVar("Made")


def patient_client(service: str, region: str) -> Any:
    """A client that waits where it is told to slow down."""
    return boto3.client(service, region_name=region, config=PATIENT)  # type: ignore[call-overload]


def all_of(
    items: Sequence[Given], do: Callable[[Given], Made], told: Told, at_once: int | None = None
) -> list[Made]:
    """What `do` makes of each, in order; `told` hears how many are done, of how many.

    Raises what `do` raises.
    """
    made: list[Made] = []
    with ThreadPoolExecutor(at_once or AT_ONCE) as threads:
        try:
            for one in threads.map(do, items):
                made.append(one)
                told(len(made), len(items))
        except BaseException:
            threads.shutdown(cancel_futures=True)  # what is not asked yet need not be paid for
            raise
    return made
