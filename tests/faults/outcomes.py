"""What comes of each fault: `python -m tests.faults.outcomes` writes it into docs/fallback.md."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).parents[2] / "docs" / "fallback.md"
BEGIN, END = "<!-- outcomes: made by python -m tests.faults.outcomes -->", "<!-- end -->"


class Outcome(NamedTuple):
    """`calls` is how often the failing model is called, `next` whether the fallback is.

    `status` is what the caller gets when no model answers; `billed` is whether the failing call may
    cost money, and so whether a fallback may be the second bill.
    """

    fault: str
    seen: str
    status: int
    next: bool
    billed: str
    calls: int = 1


OUTCOMES = (
    Outcome("throttled", "429 ThrottlingException", 429, True, "no"),
    Outcome("not ready", "429 ModelNotReadyException", 429, True, "no"),
    Outcome("model timed out", "408 ModelTimeoutException", 502, True, "perhaps"),
    Outcome("model failed", "424 ModelErrorException", 502, True, "perhaps"),
    Outcome("internal error", "500 InternalServerException", 502, True, "perhaps"),
    Outcome("bad gateway", "502 and a proxy's page", 502, True, "perhaps"),
    Outcome("unavailable", "503 ServiceUnavailableException", 502, True, "no"),
    Outcome("gateway timeout", "504 without a body", 502, True, "perhaps"),
    Outcome("invalid", "400 ValidationException", 400, False, "no"),
    Outcome("over a quota", "400 ServiceQuotaExceededException", 429, False, "no"),
    Outcome("denied", "403 AccessDeniedException", 502, False, "no"),
    Outcome("not found", "404 ResourceNotFoundException", 502, False, "no"),
    Outcome("reset before the answer", "RST on a new connection", 502, True, "perhaps"),
    Outcome(
        "reset on a kept connection",
        "RST within 1 s, nothing heard; then RST on a new one",
        502,
        True,
        "perhaps, twice",
        calls=2,
    ),
    Outcome("closed without a word", "FIN instead of an answer", 502, True, "perhaps"),
    Outcome("reset in the body", "head, half the body, RST", 502, True, "yes"),
    Outcome("cut", "head, half the body, FIN", 502, True, "yes"),
    Outcome("cut without a length", "`connection: close`, half the body, FIN", 502, True, "yes"),
    Outcome("empty", "200 with `content-length: 0`", 502, True, "perhaps"),
    Outcome("garbage", "200 and something other than a JSON object", 502, True, "yes"),
    Outcome("half an answer", "200 without `usage`", 502, True, "yes"),
    Outcome("bad content", "200 whose `content` is no list of blocks", 502, True, "yes"),
    Outcome("unknown end", "200 with a `stopReason` nobody knows", 502, False, "yes"),
    Outcome("hang", "no byte until the attempt's time is up", 504, True, "yes"),
    Outcome("stall", "head, half the body, nothing more", 504, True, "yes"),
    Outcome("drip", "a byte now and then, never the end", 504, True, "yes"),
)


def table() -> str:
    """One row a fault; the test of the same name holds every cell against the fault server."""
    rows = [
        "| fault | what the gateway sees | without fallback | with fallback | every model | "
        "breaker | billed |",
        "|---|---|---|---|---|---|---|",
        *map(_row, OUTCOMES),
    ]
    return "\n".join([BEGIN, *rows, END])


def _row(of: Outcome) -> str:
    calls = "1 call" if of.calls == 1 else f"{of.calls} calls"
    alone = f"{of.status}, {calls}"
    rescued = f"200 from the next model, {of.calls} + 1 calls" if of.next else alone
    every = f"{of.status}, {of.calls} + 1 calls"
    cells = [of.fault, of.seen, alone, rescued, every if of.next else alone]
    return "| " + " | ".join([*cells, "counts" if of.next else "–", of.billed]) + " |"


def page(text: str) -> str:
    """The page with its tables made anew."""
    from tests.faults import stream_outcomes  # which reads the outcomes above

    for begin, made in ((BEGIN, table()), (stream_outcomes.BEGIN, stream_outcomes.table())):
        before, _, rest = text.partition(begin)
        text = before + made + rest.partition(END)[2]
    return text


def main() -> int:
    PAGE.write_text(page(PAGE.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
