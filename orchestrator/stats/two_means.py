"""The difference of the means of two independent samples, with its confidence interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, variance

from orchestrator.stats.pooled import Pooled


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Mean of the head - mean of the base. ``half``: half of the interval's length.

    ``freedom``: degrees of freedom of Student's t. Both are None if nothing is known about the
    spread.
    """

    mean: float
    half: float | None
    freedom: float | None

    @property
    def low(self) -> float | None:
        """The interval's lower end."""
        return None if self.half is None else self.mean - self.half

    @property
    def high(self) -> float | None:
        """The interval's upper end."""
        return None if self.half is None else self.mean + self.half


def welch(base: Sequence[float], head: Sequence[float], confidence: float) -> Difference:
    """The interval of samples whose variances may differ.

    Welch, The generalization of "Student's" problem when several different population variances are
    involved (Biometrika 34, 1947, 28-35), with the degrees of freedom of Satterthwaite: with the
    samples' variances v and w, and n and m values, d = sqrt(v / n + w / m) is the standard error,
    and d^4 / ((v / n)^2 / (n - 1) + (w / m)^2 / (m - 1)) the degrees of freedom (Montgomery, Design
    and Analysis of Experiments, 8th edition, section 2.4.4).

    Args:
        base, head: independent values from about normal distributions, at least two of each.
        confidence: such as 0.99.
    """
    v, w = variance(base) / len(base), variance(head) / len(head)
    mean = fmean(head) - fmean(base)
    least = min(len(base), len(head)) - 1
    if v + w == 0:
        return Difference(mean=mean, half=0.0, freedom=least)
    # In shares of v + w, because squares of tiny variances would become 0.
    one, other = v / (v + w), w / (v + w)
    freedom = 1 / (one**2 / (len(base) - 1) + other**2 / (len(head) - 1))
    half = _student(confidence, freedom) * math.sqrt(v + w)
    return Difference(mean=mean, half=half, freedom=freedom)


def adjusted(
    base: Sequence[float],
    head: Sequence[float],
    base_x: Sequence[float],
    head_x: Sequence[float],
    confidence: float,
) -> Difference | None:
    """The interval of samples whose values also depend on something that was measured beside them.

    The analysis of covariance with one covariate (Fisher; Montgomery, section 15.3): values =
    mean of the sample + slope * covariate + noise. With S the sums within the samples, the slope is
    Sxy / Sxx, and the difference at equal covariates is d = (mean of head - mean of base) - slope *
    (the same of the covariate). With s^2 = (Syy - Sxy^2 / Sxx) / (n + m - 3), its standard error is
    s sqrt(1 / n + 1 / m + (difference of the covariate's means)^2 / Sxx), with n + m - 3 degrees of
    freedom.

    Args:
        base, head: independent values, with noise from about one normal distribution.
        base_x, head_x: the covariate of each value.
        confidence: such as 0.99.

    Returns:
        None if there are fewer than four values, or the covariate does not vary within the samples.
    """
    freedom = len(base) + len(head) - 3
    ys, xs = _within(base) + _within(head), _within(base_x) + _within(head_x)
    sxx = math.fsum(x * x for x in xs)
    if freedom < 1 or sxx == 0:
        return None
    sxy, syy = math.fsum(x * y for x, y in zip(xs, ys, strict=True)), math.fsum(y * y for y in ys)
    slope, apart = sxy / sxx, fmean(head_x) - fmean(base_x)
    noise = math.sqrt(max(syy - sxy**2 / sxx, 0.0) / freedom)
    error = noise * math.sqrt(1 / len(base) + 1 / len(head) + apart**2 / sxx)
    return Difference(
        mean=fmean(head) - fmean(base) - slope * apart,
        half=_student(confidence, freedom) * error,
        freedom=freedom,
    )


def _within(values: Sequence[float]) -> list[float]:
    """The distances from the sample's mean."""
    mean = fmean(values)
    return [value - mean for value in values]


def with_spread(
    base: Sequence[float], head: Sequence[float], spread: Pooled, confidence: float
) -> Difference:
    """The interval of samples whose standard deviation is known from all groups together.

    Student's t with the pooled degrees of freedom (Montgomery, section 3.5.7, with the mean square
    for error): t s sqrt(1 / n + 1 / m).

    Args:
        base, head: independent values, at least one of each.
        spread: the common standard deviation; with none there is no interval.
        confidence: such as 0.99.
    """
    mean = fmean(head) - fmean(base)
    if spread.deviation is None:
        return Difference(mean=mean, half=None, freedom=None)
    error = spread.deviation * math.sqrt(1 / len(base) + 1 / len(head))
    half = _student(confidence, spread.freedom) * error
    return Difference(mean=mean, half=half, freedom=spread.freedom)


def _student(confidence: float, freedom: float) -> float:
    """The quantile of Student's t for a two-sided interval."""
    # Here because this package takes most of a second and 80 MB, and most commands need neither.
    from scipy.stats import t

    return float(t.ppf((1 + confidence) / 2, freedom))
