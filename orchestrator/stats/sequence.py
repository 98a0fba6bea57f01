"""Confidence sequences: intervals that stay right however often the data are looked at.

An ordinary 95 % interval misses the true value in 5 of 100 cases if it is looked at once. Whoever
looks after every new value, and stops when the answer pleases, is misled far more often. A
confidence sequence misses it at any time in at most 5 of 100 cases, so a comparison may stop as
soon as it knows its answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

ERROR = 0.05
"""Probability that the sequence ever misses the true value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean with its interval; the interval is infinite while there are too few values.

    ``spread``: the values' standard deviation; None for fewer than two. ``count``: how many.
    """

    mean: float
    low: float
    high: float
    spread: float | None
    count: int

    @property
    def half_width(self) -> float:
        """Half of the interval's length."""
        return (self.high - self.low) / 2


def estimate(values: Sequence[float], prior: float, error: float = ERROR) -> Estimate:
    """The mean of a normal distribution of unknown variance, as a confidence sequence.

    Wang and Ramdas, Anytime-valid t-tests and confidence sequences for Gaussian means with unknown
    variance (2024, arXiv:2310.03722), the test martingale in the reduced filtration: the right Haar
    mixture over the standard deviation of Lai (1976), with a Gaussian mixture of precision
    ``prior`` over mean / standard deviation. With n values, mean m and biased variance v, it is
    m +- sqrt(v (n + c) (K - 1) / (n + c - K c)), c = prior, K = ((n + c) / (c error^2))^(1/n), and
    infinite while n + c <= K c.

    Args:
        values: independent values, at least one, in the order in which they came.
        prior: small for effects far above the spread (narrow early), about 1 for effects of the
            size of the spread (narrower later). Chosen before the data.
        error: probability that the sequence ever misses the mean.
    """
    data = np.asarray(values, dtype=float)
    count, mean = len(data), float(data.mean())
    spread = float(data.std(ddof=1)) if count > 1 else None
    half = _half_width(count, float(data.var()), prior, error) if count > 1 else np.inf
    return Estimate(mean=mean, low=mean - half, high=mean + half, spread=spread, count=count)


def _half_width(count: int, variance: float, prior: float, error: float) -> float:
    weight = count + prior
    factor = (weight / (prior * error**2)) ** (1 / count)
    left = weight - factor * prior
    return float(np.sqrt(variance * weight * (factor - 1) / left)) if left > 0 else np.inf
