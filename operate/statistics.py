"""How sure a measured share or mean is: what lies within its 95 % interval."""

from collections.abc import Sequence
from math import sqrt
from random import Random
from statistics import fmean

Z = 1.959964  # 95 % of a normal distribution lie within so many standard deviations
RESAMPLES = 2_000
Interval = tuple[float, float]


def wilson(hits: int, trials: int) -> Interval:
    """The 95 % score interval of a share (E. B. Wilson, 1927)."""
    share, spread = hits / trials, Z * Z / trials
    centre = share + spread / 2
    reach = Z * sqrt((share * (1 - share) + spread / 4) / trials)
    low, high = (centre - reach) / (1 + spread), (centre + reach) / (1 + spread)
    return max(0.0, low), min(1.0, high)


def bootstrap(values: Sequence[float]) -> Interval:
    """The 95 % percentile interval of a mean (B. Efron, 1979); the same for the same values."""
    draws = Random(0)
    means = sorted(fmean(draws.choices(values, k=len(values))) for _ in range(RESAMPLES))
    cut = RESAMPLES // 40
    return means[cut], means[-1 - cut]


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that so many percent of the values do not exceed, by the nearest rank."""
    ranked = sorted(values)
    return ranked[max(0, -(-len(ranked) * percent // 100) - 1)]
