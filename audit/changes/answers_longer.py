"""How much one question or answer may hold: models are paid by the token."""

import math
from collections.abc import Iterator

from audit.calls import callers
from audit.ceilings import raised
from audit.change import Comparison, Hazard, on_environment
from audit.quantities import tokens_read, tokens_written
from audit.worst_case import BUDGETS, worst_case

TWICE = 2


@on_environment(
    "answers-longer",
    category="cost",
    fix="keep the limit, or give what calls the models a budget that stops it",
)
def calls_cost_no_more(compared: Comparison) -> Iterator[Hazard]:
    """A call may hold no more tokens than before, where no budget bounds what all of them cost."""
    if not callers(compared.head):
        return
    worst = worst_case(compared.head)
    is_bounded = worst is not None and worst.by == BUDGETS
    for measure in (tokens_read, tokens_written):
        for before, after in raised(compared, measure):
            if before:
                grave = after.amount >= TWICE * before.amount and not is_bounded
                gone = after.amount == math.inf
                yield Hazard(
                    "medium" if grave else "low",
                    {after.said: before.amount},
                    {after.said: "no limit" if gone else after.amount},
                    "a call may cost more: models are paid by the token",
                    subject=after.resource,
                )
