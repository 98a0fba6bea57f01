"""How much each point of a line may vary by chance.

A run's own interval tells how much its repeats vary. Runs vary more: the machine is not the same
every night. Both together are a random effects model, as a meta-analysis has it: the variance of a
point is that of its mean, plus one that all runs have in common.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from orchestrator.history.line import Line
from orchestrator.history.run import DIGITS, KeptRow
from orchestrator.stats.change_points import SHORTEST, Values, Weighted
from orchestrator.stats.student import CONFIDENCE

_ROUNDING = 10.0 ** (1 - DIGITS) / math.sqrt(12)
"""Standard deviation of a logarithm that was rounded (uniform: the width / sqrt(12)), at most."""
FARTHEST = 2.5
"""In standard deviations."""
BESIDE = SHORTEST
"""How many runs on either side are a run's neighbourhood: the first runs of a level of the shortest
length are then the majority in their own neighbourhoods."""
_MEDIAN = 0.6744897501960817
"""Median of the absolute value of a standard normal variable."""


def weighted(line: Line) -> Weighted:
    """The logarithms of a line's values, with the weight that each deserves."""
    rows = [point.row for point in line.points]
    values = np.log([row.value for row in rows])
    usual, own = _within(rows)
    between = _between(values, own)
    variances = own + between
    return Weighted(
        values=_calmed(values, np.sqrt(variances)),
        weights=1 / variances,
        floor=float((usual / variances).mean()),
    )


def _calmed(values: Values, deviations: Values) -> Values:
    """The values, none of them farther than `FARTHEST` from the median of its neighbourhood.

    One disturbed night would otherwise hide a change, or look like two. Circular binary
    segmentation is used after such a step, too (``smooth.CNA`` in its implementation, DNAcopy).
    """
    places = range(len(values))
    medians = [np.median(values[max(0, at - BESIDE) : at + BESIDE + 1]) for at in places]
    reach = FARTHEST * deviations
    return np.clip(values, medians - reach, medians + reach)


def _within(rows: Sequence[KeptRow]) -> tuple[Values, Values]:
    """The variances of the means by the repeats alone: as usual in this line, and of each run.

    Few repeats tell their variance badly, so the line's usual one counts for all of its runs, but a
    run whose own repeats vary more counts less. The usual one is the median, so that a few
    disturbed runs do not change it; the median of the chi-squared distribution makes it unbiased.
    """
    from scipy.stats import chi2, t  # takes most of a second to import

    counts = np.array([row.count for row in rows], dtype=float)
    halves = np.array([_half(row) for row in rows])
    known = np.isfinite(halves)
    freedom = np.maximum(counts - 1, 1)
    errors = np.where(known, halves, 0.0) / t.ppf((1 + CONFIDENCE) / 2, freedom)
    each = errors**2 * counts
    shares = each / (chi2.median(freedom) / freedom)
    repeat = float(np.median(shares[known])) if known.any() else 0.0
    usual = repeat / counts + _ROUNDING**2
    own = np.maximum(each, repeat) / counts + _ROUNDING**2
    return usual, own


def _half(row: KeptRow) -> float:
    """Half of the interval of the logarithm; not a number if there is no interval."""
    if row.low is None or row.high is None or row.count < 2:
        return math.nan
    return math.log(row.high / row.low) / 2


def _between(values: Values, own: Values) -> float:
    """The variance that all runs have in common beside their own.

    The estimator of Paule and Mandel, Journal of Research of the National Bureau of Standards 87
    (1982), 377-385: the variance with which the standardized differences are as large as they
    should be. Here they are those of neighbours, and their median is looked at, so that neither
    changes of the level nor a few disturbed runs make it larger.
    """
    from scipy.optimize import brentq  # takes most of a second to import

    steps, own_of_step = np.abs(np.diff(values)), own[1:] + own[:-1]
    if not len(steps):
        return 0.0

    def excess(between: float) -> float:
        return float(np.median(steps / np.sqrt(own_of_step + 2 * between))) - _MEDIAN

    if excess(0.0) <= 0:
        return 0.0
    most = (float(steps.max()) / _MEDIAN) ** 2
    return float(brentq(excess, 0.0, most, xtol=1e-18, rtol=1e-9))
