"""The geometric mean of positive values, with its confidence interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, isfinite, log

from orchestrator.stats.student import mean_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class GeometricMean:
    """A geometric mean with its 95 % interval, in the unit of the values.

    ``low`` and ``high`` are None for a single value. ``count``: how many values there were.
    """

    value: float
    low: float | None
    high: float | None
    count: int


def geometric_mean(values: Sequence[float]) -> GeometricMean:
    """The mean of the logarithms with its interval (`mean_interval`), as a value again.

    It takes the values as independent and their logarithms as normal. Machines disturb costs and
    rates by factors rather than by amounts, hence logarithms.

    Args:
        values: at least one; all above 0.
    """
    known = mean_interval([log(value) for value in values])
    bounded = isfinite(known.low)
    return GeometricMean(
        value=exp(known.mean),
        low=exp(known.low) if bounded else None,
        high=exp(known.high) if bounded else None,
        count=known.count,
    )
