"""The median of values that follow one another in time, with an interval that outliers hardly move.

Slices of a load are short, so a single disturbance makes a wild value, which hardly moves a median.
And a machine's speed drifts, so neighbouring values may be alike, and then the usual interval is
too narrow.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95
BATCHES = 20
"""Fewest batches into which values are divided; the most are 29, because all have one length. With
more, batches are shorter and so less independent, and the interval gets hardly narrower: Schmeiser,
Batch size effects in the analysis of simulation output, Operations Research 30 (1982), 556-568."""
BATCHED_LEAST = 2 * BATCHES
"""Fewer values cannot show whether neighbours are alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MedianInterval:
    """A median with its 95 % confidence interval.

    ``low`` and ``high`` are None with fewer than six values: they give no 95 % interval.
    """

    median: float
    low: float | None
    high: float | None


def median_interval(values: Sequence[float]) -> MedianInterval:
    """The median with its interval, which assumes nothing about the values' distribution.

    The true median lies between the k-th smallest and the k-th largest of n values unless fewer
    than k values lie on one side of it. For independent values, the number on one side is binomial
    (n, 1/2): David and Nagaraja, Order Statistics, 3rd edition, section 7.1. The interval uses the
    largest k that gives at least 95 % confidence.

    From `BATCHED_LEAST` values on, k must also fit what the order of the values shows. They are
    divided into b batches of equal length, in order. With s the standard deviation of the batches'
    shares of values above the median, the share of all values above the true median is
    1/2 +- t s / sqrt(b), with Student's t for b - 1 degrees of freedom (batch means: Law,
    Simulation Modeling and Analysis, 5th edition, section 9.5.3). The k of this share follows as
    above: Heidelberger and Lewis, Quantile estimation in dependent sequences, Operations Research
    32 (1984), 185-209. If neighbours are alike, this k is smaller, and the interval wider.

    Args:
        values: in the order in which they were measured, at least one.
    """
    # Here because this package takes most of a second and 80 MB, and most commands need neither.
    from scipy.stats import binom, t

    data, n = np.asarray(values, dtype=float), len(values)
    k = int(binom.ppf((1 - CONFIDENCE) / 2, n, 0.5))
    if n >= BATCHED_LEAST:
        length = n // BATCHES
        count = n // length
        shares = _above(data)[: count * length].reshape(count, length).mean(axis=1)
        reach = t.ppf((1 + CONFIDENCE) / 2, count - 1) * shares.std(ddof=1) / math.sqrt(count)
        k = max(0, min(k, math.floor(n * (0.5 - reach))))
    ordered = np.sort(data)
    low, high = (float(ordered[k - 1]), float(ordered[n - k])) if k else (None, None)
    return MedianInterval(median=float(np.median(data)), low=low, high=high)


def alike(values: Sequence[float]) -> float | None:
    """How much neighbours are alike: the lag-1 autocorrelation of being above the median.

    0 for independent values, and then between -2 / sqrt(n) and 2 / sqrt(n) in 95 of 100 cases
    (Chatfield, The Analysis of Time Series, 6th edition, section 4.1). None if there are too few
    values, or all are equal.
    """
    if len(values) < BATCHED_LEAST:
        return None
    signs = _above(np.asarray(values, dtype=float)) - 0.5
    signs = signs - signs.mean()
    squares = float(signs @ signs)
    return float(signs[1:] @ signs[:-1]) / squares if squares > 0 else None


def _above(data: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 for each value above the median, 1/2 for one equal to it, 0 below it."""
    above: NDArray[np.float64] = (np.sign(data - np.median(data)) + 1) / 2
    return above
