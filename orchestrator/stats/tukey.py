"""Intervals of several values that were measured in blocks: two differ if theirs do not overlap.

Tukey's honestly significant difference: if nothing differs, any pair of all is called different in
at most 5 of 100 cases. With q the upper 5 % point of the studentized range of n means, s the
residuals' deviation and V the variance of a difference of two means in units of s^2, two means
differ if they are further apart than q s sqrt(V / 2). That is Tukey's rule for equal counts (V =
2 / count), Kramer's for unequal ones (Extension of multiple range tests to group means with unequal
numbers of replications, Biometrics 12, 1956, 307-310) and for adjusted means (Biometrics 13, 1957,
13-18). Values are logarithms, so that differences are ratios.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from math import exp, inf, log
from statistics import median

import numpy as np

from orchestrator.stats.interval import MARGIN, Interval, interval
from orchestrator.stats.layout import Array, Layout, fitted

ERROR = 0.05
"""Probability that equal values are called different, for all pairs together."""
FREEDOM_LEAST = 2
"""Fewer degrees of freedom tell nothing: with one, q of two means is 18."""
ROUNDING = 1e-9
"""A deviation of logarithms below this is a rounding error of the computation."""
DIGITS = 9
"""Significant digits of an interval's ends, so that they are the same on every machine."""


def intervals(
    values: Layout,
    bounds: Collection[str] = (),
    margin: float = MARGIN,
) -> dict[str, Interval]:
    """An interval for each name; the value is the median of its repeats.

    The deviation is that of all names together, without those in ``bounds``. Where there are too
    few repeats for it, and for names with a value of 0, whose logarithm does not exist, the
    intervals are those of `stats.interval`.

    Args:
        values: name -> its (block, value) pairs, at least one for each name.
        bounds: names whose values are only lower bounds: their intervals have no upper end.
        margin: the ratio from which on two values differ, if there are too few repeats.
    """
    logs = {
        name: [(block, log(value)) for block, value in pairs]
        for name, pairs in values.items()
        if all(value > 0 for _, value in pairs)
    }
    reaches = _reaches(logs, bounds)
    found = {}
    for name, pairs in values.items():
        repeats, highest = [value for _, value in pairs], [inf] if name in bounds else []
        if name not in reaches:
            found[name] = interval(repeats, highs=highest, margin=margin)
            continue
        middle, (low, high) = median(repeats), reaches[name]
        # The median is inside, so a row never stands above one that certainly comes before it.
        found[name] = Interval(
            value=middle,
            low=min(middle, _rounded(exp(low))),
            high=max(middle, _rounded(exp(high)), *highest),
            samples=len(repeats),
            tested=True,
        )
    return found


def _reaches(logs: Layout, bounds: Collection[str]) -> dict[str, tuple[float, float]]:
    """The ends of each name's interval; empty if there are too few repeats."""
    full = {name: pairs for name, pairs in logs.items() if name not in bounds}
    if not full:
        return {}
    fit, chance = fitted(logs), fitted(full)
    if not (fit.blocks and chance.blocks):
        fit, chance = fitted(logs, blocks=False), fitted(full, blocks=False)
    if chance.deviation is None or chance.freedom < FREEDOM_LEAST:
        return {}
    unit = max(chance.deviation, ROUNDING) * point(len(logs), chance.freedom)
    halves = _halves([len(pairs) for pairs in logs.values()], fit.covariance)
    ends = zip(fit.means.items(), halves, strict=True)
    return {name: (mean - unit * half, mean + unit * half) for (name, mean), half in ends}


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _halves(counts: Sequence[int], covariance: Array) -> list[float]:
    """Half-lengths in units of q s: two add up to at least sqrt(V / 2), for each pair.

    For equal counts all are 1 / (2 sqrt(count)), and the sums are exact. For unequal ones they are
    longer than that by the smallest factor that serves all pairs, mostly a few per cent.
    """
    errors = 1 / np.sqrt(np.array(counts))
    own = np.diag(covariance)
    variances = own[:, np.newaxis] + own - 2 * covariance
    factor = (np.sqrt(2 * np.maximum(variances, 0)) / (errors[:, np.newaxis] + errors)).max()
    return [float(error * max(1.0, factor) / 2) for error in errors]


@cache
def point(means: int, freedom: int) -> float:
    """The upper 5 % point of the studentized range of this many means, at least two."""
    # Here because this package takes most of a second and 80 MB, and most commands need neither.
    from scipy.stats import studentized_range

    # It is found by iteration, and need not be exact to the last digits.
    return round(float(studentized_range.ppf(1 - ERROR, max(means, 2), freedom)), 6)
