"""What came of many requests, without keeping them: counts of outcomes, and the times."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable

from tests.load.answers import COMPLETE, outcome
from tests.load.results import Result


class Tally:
    """Given to a `Load` as what keeps its results."""

    def __init__(self, judge: Callable[[Result], str] = outcome) -> None:
        self._judge = judge
        self.outcomes: Counter[str] = Counter()
        self.took_ms, self.first_ms = array("d"), array("d")

    def __call__(self, result: Result) -> None:
        self.outcomes[self._judge(result)] += 1
        self.took_ms.append(result.took_s * 1000)
        if result.first_s is not None:
            self.first_ms.append(result.first_s * 1000)

    @property
    def failed(self) -> int:
        """How many are anything but complete."""
        return self.outcomes.total() - self.outcomes[COMPLETE]


def quantile(times: array[float], share: float) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
