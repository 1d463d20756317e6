"""The long numbers of Q1-Q4, F8 and F10, for `make soak`.

The real reserve, settle and client over loopback; `tests/faults/runs.py` says how.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.faults import runs

Row = tuple[str, str, str, str]


def race() -> Iterator[Row]:
    for cost, much in ((runs.RESERVED, "all"), (runs.RESERVED // 4, "a quarter")):
        ran = runs.race(500, 100, cost)
        over = max(0, ran.peak - ran.budget, ran.month.spent - ran.budget)
        what = f"500 requests at once, 4 workers, budget for 100, {much} of what is reserved spent"
        told = f"{over} over, {ran.admitted} admitted, {ran.refused} refused"
        yield "Q1", what, "0 over the budget, >= 99 admitted", told


def conservation() -> Row:
    ran = runs.conservation(10_000)
    what = f"10,000 requests with random ends, {ran.faults} faults of the store, crashes swept"
    return "Q2", what, "drift 0", f"drift {ran.drift}, {ran.settled:,} settled"


def under_budget() -> Row:
    ends, _ = runs.under_budget(20_000)
    refused = ends.total() - ends["ok"]
    return "Q3", f"{ends.total():,} requests under the budget", "0 refused", f"{refused} refused"


def neighbours() -> Row:
    ran = runs.neighbours(10, rounds=5)
    told = (
        f"{ran.failed} failed, p99 {ran.p99_ms:.1f} ms, alone {ran.p99_ms_alone:.1f} ms; "
        f"{ran.noisy_at_most_a_second} a second of the noisy one's 200"
    )
    what = "reserve and settle of two tenants beside one at 20 times its rate of 10"
    return "Q4", what, "0 failed, p99 <= 1.5 x alone", told


def replays() -> Row:
    ran = runs.replays(1_000, 5)
    once = sum(ran.runs[key] == len(answers) == 1 for key, answers in ran.answers.items())
    told = f"{once:,} keys run once and answered alike, {ran.month.requests:,} charges"
    return "F8", "1,000 Idempotency-Keys, 5 at once", "1 run and 1 charge a key", told


def kills() -> Row:
    month, left = runs.kills(20)
    lost = abs(month.committed - month.spent) + abs(month.held)
    told = f"{lost} micro-USD lost of {left:,} left behind"
    return "F10", "20 x kill -9 under load, then a sweep", "0 lost reservations", told


MEASURES = (race, conservation, under_budget, neighbours, replays, kills)


def rows() -> Iterator[Row]:
    for measure in MEASURES:
        found = measure()
        yield from [found] if isinstance(found, tuple) else found
