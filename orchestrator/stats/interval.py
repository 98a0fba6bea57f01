"""A measured value with what it may really be: two values differ where their intervals do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

MARGIN = 1.3
"""Two values differ if their ratio is above it, where repeats do not tell their spread.

The rates of the committed run's three repeats have a mean coefficient of variation of 9.8 %, on a
virtual machine. The ratio of two such values spreads with 9.8 % x sqrt(2) = 14 %, and stays within
1.96 x 14 % = 27 % in 95 of 100 cases, if they are about normal; hence 30 %.
"""
CPU_MARGIN = 1.35
"""The same for the server's CPU time for a request at a fixed rate, on a CPU shared with the load.

The five repeats in results/2026-11-25-b934f2 have a mean coefficient of variation of 12.2 %, and
1.96 x 12.2 % x sqrt(2) = 34 %.
"""
REPEATS_LEAST = 3
"""From here on the repeats' own range is the interval, without a margin.

The ranges of 3 and 3 runs of equal servers are disjoint by chance in 2 of 20 cases, since the six
values have 6! / (3! 3!) = 20 orders.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """``value`` was measured; the thing may be anything from ``low`` to ``high``.

    ``high`` is infinite where it is a lower bound; ``samples`` counts the repeats.
    """

    value: float
    low: float
    high: float
    samples: int

    @property
    def at_least(self) -> bool:
        """Whether it is a lower bound only."""
        return math.isinf(self.high)

    def above(self, other: Interval, factor: float = 1.0) -> bool:
        """Whether it is more than ``factor`` times the other beyond doubt."""
        return self.low > factor * other.high

    def not_above(self, other: Interval, factor: float = 1.0) -> bool:
        """Whether it is less than ``factor`` times the other beyond doubt."""
        return self.high < factor * other.low


def interval(
    values: Sequence[float],
    lows: Sequence[float] = (),
    highs: Sequence[float] = (),
    margin: float = MARGIN,
) -> Interval:
    """What the repeats of one thing tell of it.

    Args:
        values: one for each repeat, at least one.
        lows: the least that each may really be; default: the values.
        highs: the most that each may really be; default: the values.
        margin: the ratio above which two differ, where the repeats are too few to tell.
    """
    slack = 1.0 if len(values) >= REPEATS_LEAST else math.sqrt(margin)
    return Interval(
        value=median(values),
        low=min(lows or values) / slack,
        high=max(highs or values) * slack,
        samples=len(values),
    )


def median_interval(intervals: Sequence[Interval]) -> Interval:
    """The median of several things: it lies between the medians of their bounds."""
    return Interval(
        value=median(i.value for i in intervals),
        low=median(i.low for i in intervals),
        high=median(i.high for i in intervals),
        samples=min(i.samples for i in intervals),
    )


def exact(value: float) -> Interval:
    """A value that does not vary."""
    return Interval(value=value, low=value, high=value, samples=REPEATS_LEAST)
