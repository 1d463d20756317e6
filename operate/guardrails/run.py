"""All prompts through the guardrail, a few at a time; a prompt without an answer ends the run."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
from botocore.config import Config

from config.suites import Case
from operate.guardrails.apply import Apply
from operate.guardrails.judge import Outcome, judge

AT_ONCE = 8
# Adaptive: a throttled answer slows down every thread, not only the one that got it.
PATIENT = Config(
    retries={"mode": "adaptive", "total_max_attempts": 8}, max_pool_connections=AT_ONCE
)
Told = Callable[[int, int], None]


def patient_runtime(region: str) -> Any:
    """A client of bedrock-runtime that waits where it is told to slow down."""
    return boto3.client("bedrock-runtime", region_name=region, config=PATIENT)


def run(cases: Sequence[Case], apply: Apply, told: Told) -> tuple[Outcome, ...]:
    """Judge every prompt; `told` hears how many are done, of how many. Raises what `apply` does."""
    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(AT_ONCE) as threads:
        try:
            for case, findings in zip(cases, threads.map(apply, cases), strict=True):
                outcomes.append(judge(case, findings))
                told(len(outcomes), len(cases))
        except BaseException:
            threads.shutdown(cancel_futures=True)  # what is not asked yet need not be paid for
            raise
    return tuple(outcomes)
