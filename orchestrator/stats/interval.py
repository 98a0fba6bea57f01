"""A measured value and the interval of its possible true values.

Two values differ if their intervals do not overlap.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

MARGIN = 1.3
"""Ratio from which on two values differ, if there are too few repeats to know their spread.

The rates of the committed run's three repeats have a mean coefficient of variation of 9.8 %, on a
virtual machine. The ratio of two such values spreads with 9.8 % x sqrt(2) = 14 %, and stays within
1.96 x 14 % = 27 % in 95 of 100 cases, if they are about normal; hence 30 %.
"""
CPU_MARGIN = 1.35
"""The same for the server's CPU time per request at a fixed rate, on a CPU shared with the load.

The five repeats in results/2026-11-25-b934f2 have a mean coefficient of variation of 12.2 %, and
1.96 x 12.2 % x sqrt(2) = 34 %.
"""
REPEATS_LEAST = 3
"""From this many repeats on, their range is the interval, without a margin.

The ranges of 3 and 3 runs of equal servers are disjoint by chance in 2 of 20 cases, since the six
values have 6! / (3! 3!) = 20 orders.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """``value`` was measured; the true value may be anything from ``low`` to ``high``.

    ``high`` is infinite if the value is only a lower bound. ``samples``: the number of repeats.
    ``tested``: whether it is one of a test of all pairs (`stats.tukey`), and not just a range.
    """

    value: float
    low: float
    high: float
    samples: int
    tested: bool = False

    @property
    def at_least(self) -> bool:
        """Whether the value is only a lower bound."""
        return math.isinf(self.high)

    def above(self, other: Interval, factor: float = 1.0) -> bool:
        """Whether it is certainly more than ``factor`` times the other."""
        return self.low > factor * other.high

    def not_above(self, other: Interval, factor: float = 1.0) -> bool:
        """Whether it is certainly less than ``factor`` times the other."""
        return self.high < factor * other.low


def interval(
    values: Sequence[float],
    lows: Sequence[float] = (),
    highs: Sequence[float] = (),
    margin: float = MARGIN,
) -> Interval:
    """The interval of a quantity, from its repeats.

    Args:
        values: one for each repeat, at least one.
        lows: the lowest possible true value of each; default: the values.
        highs: the highest possible true value of each; default: the values.
        margin: the ratio from which on two values differ, if there are too few repeats.
    """
    slack = 1.0 if len(values) >= REPEATS_LEAST else math.sqrt(margin)
    return Interval(
        value=median(values),
        low=min(lows or values) / slack,
        high=max(highs or values) * slack,
        samples=len(values),
    )


def median_interval(intervals: Sequence[Interval]) -> Interval:
    """The median of several intervals. It lies between the medians of their bounds."""
    return Interval(
        value=median(i.value for i in intervals),
        low=median(i.low for i in intervals),
        high=median(i.high for i in intervals),
        samples=min(i.samples for i in intervals),
        tested=all(i.tested for i in intervals),
    )


def exact(value: float) -> Interval:
    """The interval of a value that does not vary."""
    return Interval(value=value, low=value, high=value, samples=REPEATS_LEAST)
