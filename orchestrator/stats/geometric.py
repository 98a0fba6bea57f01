"""The geometric mean of positive values, with its confidence interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import fmean, stdev

CONFIDENCE = 0.95


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
    """The mean of the logarithms, as a value again: exp(m), from exp(m - h) to exp(m + h).

    h = t s / sqrt(n), with s the standard deviation of the n logarithms and Student's t for n - 1
    degrees of freedom: the usual interval of a mean (Montgomery, Design and Analysis of
    Experiments, 8th edition, section 2.4). It takes the values as independent and their logarithms
    as normal. Machines disturb costs and rates by factors rather than by amounts, hence logarithms.

    Args:
        values: at least one; all above 0.
    """
    # Here because this package takes most of a second and 80 MB, and most commands need neither.
    from scipy.stats import t

    logs = [log(value) for value in values]
    mean, count = fmean(logs), len(logs)
    if count < 2:
        return GeometricMean(value=exp(mean), low=None, high=None, count=count)
    half = float(t.ppf((1 + CONFIDENCE) / 2, count - 1)) * stdev(logs) / sqrt(count)
    return GeometricMean(value=exp(mean), low=exp(mean - half), high=exp(mean + half), count=count)
