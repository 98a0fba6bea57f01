"""Change points: where the level of values that follow one another in time changes.

Two questions, each with its own method. Whether anything changed at all is asked by a permutation
test, so that the answer is as certain as it says for few values and for any distribution. Where it
changed is asked by the segmentation with the least squares, found exactly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95
ALPHA = 0.01
"""Probability that values without a change show one. It is per sequence, and a history has many."""
SHORTEST = 3
"""Fewest values of a level, so that one or two disturbed values are no level of their own."""
FEWEST = 10
"""With fewer values, more than one permutation in 100 separates them completely, so that no change
can be certain."""
PERMUTATIONS = 499
EXCEEDED_MOST = int(ALPHA * (PERMUTATIONS + 1)) - 1
"""How many permutations may reach what the values show: (exceeded + 1) / (permutations + 1) is then
at most ``ALPHA`` (Davison and Hinkley, Bootstrap Methods and their Application, section 4.3)."""
PENALTY = 3.5
"""Times log(n), for each change. The modified information criterion of Zhang and Siegmund,
Biometrics 63 (2007), 22-32, has 3 as its main term. With 3.5, two changes in 30 values are taken
for three half as often, and are hardly missed more often (tests/benchmarks/change_points.py)."""
PATIENCE = 3
"""How many more changes are tried after the best number. A level that rises and falls back needs
two changes at once."""
PLACE = -2 * math.log(1 - math.sqrt(CONFIDENCE))
"""Log likelihood ratio up to which a place is possible: Hansen, Econometrica 68 (2000), 575-603,
theorem 2."""
_BATCH = 50
"""Permutations at a time. Most sequences without a change are decided after the first batch."""
_EXACT = 1e-12
_GROWTH = 1.1
"""Ratio of one length of a stretch that the test looks at to the next, from about 20 values on."""

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighted:
    """Values in the order of time; ``weights``: the inverse of the variance of each, up to a factor
    that all have in common. ``floor``: the least that this factor can be.
    """

    values: Values
    weights: Values
    floor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of the level.

    ``at``: index of the first value of the new level; ``earliest`` and ``latest``: where it may be
    with 95 % confidence. ``difference``: the new level minus the old one, from ``low`` to ``high``
    with 95 % confidence if there is a change there.
    """

    at: int
    earliest: int
    latest: int
    difference: float
    low: float
    high: float


def changes(data: Weighted, seed: int = 1) -> list[Change]:
    """All changes of the level, in order; empty if it is not certain that there is any.

    The differences assume that the values around their levels are about normal.

    Args:
        seed: of the permutations, so that the same values always give the same changes.
    """
    if len(data.values) < FEWEST or not changed(data, seed):
        return []
    return _measured(data, segmented(data))


def changed(data: Weighted, seed: int = 1) -> bool:
    """Whether the values certainly have more than one level.

    A permutation test, as E-divisive has it (Matteson and James, Journal of the American
    Statistical Association 109 (2014), 334-345), of the statistic of circular binary segmentation
    (Olshen, Venkatraman, Lucito and Wigler, Biostatistics 5 (2004), 557-572): the largest t
    statistic of any stretch against all other values, so that a level that falls back later is seen
    as well as one that stays.
    """
    count = len(data.values)
    (seen,) = _most(data.values[None], data.weights[None], data.floor)
    if seen <= 0:  # all values are equal
        return False
    reached = seen * (1 - 1e-9)  # sums in another order differ in their last digits
    draw, exceeded, left = np.random.default_rng(seed), 0, PERMUTATIONS
    while left and exceeded <= EXCEEDED_MOST:
        orders = np.tile(np.arange(count), (min(_BATCH, left), 1))
        orders = draw.permuted(orders, axis=1)
        others = _most(data.values[orders], data.weights[orders], data.floor)
        exceeded += int(np.count_nonzero(others >= reached))
        left -= len(orders)
    return exceeded <= EXCEEDED_MOST


def segmented(data: Weighted) -> list[int]:
    """The index of the first value of each new level.

    For each number of changes, the places with the least squares are found exactly, by dynamic
    programming (Auger and Lawrence, Bulletin of Mathematical Biology 51 (1989), 39-54; PELT by
    Killick, Fearnhead and Eckley, 2012, speeds up the same for far longer sequences). The number of
    changes minimizes n log(squares / (n - 2 changes - 1)) + ``PENALTY`` log(n) changes: the place
    and the level of each change are fitted to the values.
    """
    count = len(data.values)
    costs = _costs(data)
    least, starts, scores = costs[0], list[NDArray[np.intp]](), list[float]()
    while len(scores) <= _best(scores) + PATIENCE:
        totals = least[:, None] + costs
        least = totals.min(axis=0)
        if not np.isfinite(least[count]):
            break
        starts.append(totals.argmin(axis=0))
        scores.append(_score(least[count], len(starts), data))
    places, end = list[int](), count
    for before in reversed(starts[: _best(scores) + 1]):
        end = int(before[end])
        places.append(end)
    return places[::-1]


def _best(scores: Sequence[float]) -> int:
    return scores.index(min(scores)) if scores else 0


def _most(values: Values, weights: Values, floor: float) -> Values:
    """Of each row the largest squared t statistic of a stretch against all its other values.

    difference of both weighted means^2 / (variance (1 / weight inside + 1 / weight outside)).
    """
    count = values.shape[1]
    weight, total, squares = _sums(values, weights)
    whole = weight[:, -1:]
    # Nothing that follows from values with 16 digits is more exact than this.
    least = np.maximum(floor, _EXACT * squares[:, None]) + np.finfo(float).tiny

    def largest(inside: Values, sums: Values) -> Values:
        between = sums**2 * whole / (inside * (whole - inside))
        variance = np.maximum((squares[:, None] - between) / (count - 2), least)
        found: Values = (between / variance).max(axis=1)
        return found

    ends = slice(SHORTEST, count - SHORTEST + 1)
    found = largest(weight[:, ends], total[:, ends])  # from the first value on: a single change
    for length in _lengths(count):
        first, last = (
            slice(SHORTEST, count - SHORTEST - length + 1),
            slice(SHORTEST + length, ends.stop),
        )
        inside, sums = weight[:, last] - weight[:, first], total[:, last] - total[:, first]
        found = np.maximum(found, largest(inside, sums))
    return found


def _lengths(count: int) -> list[int]:
    """Lengths of stretches in the middle that the test looks at."""
    lengths, most = [SHORTEST], count - 2 * SHORTEST
    while lengths[-1] < most:
        lengths.append(max(lengths[-1] + 1, int(lengths[-1] * _GROWTH)))
    return [length for length in lengths if length <= most]


def _sums(values: Values, weights: Values) -> tuple[Values, Values, Values]:
    """Of each row the weights and the weighted differences from its mean, summed up to each place,
    and the weighted sum of squares.
    """
    mean = (weights * values).sum(axis=1, keepdims=True) / weights.sum(axis=1, keepdims=True)
    centred = values - mean
    before = ((0, 0), (1, 0))
    return (
        np.pad(np.cumsum(weights, axis=1), before),
        np.pad(np.cumsum(weights * centred, axis=1), before),
        (weights * centred**2).sum(axis=1),
    )


def _costs(data: Weighted) -> Values:
    """The squares within each stretch: row its first index, column the one after its last.

    Infinite where a stretch is shorter than `SHORTEST`.
    """
    centred = data.values - data.values.mean()
    weight, total, squares = (
        np.pad(np.cumsum(part), (1, 0))
        for part in (data.weights, data.weights * centred, data.weights * centred**2)
    )
    index = np.arange(len(weight))
    long = index[None] - index[:, None] >= SHORTEST
    inside = np.where(long, weight[None] - weight[:, None], 1.0)
    found = squares[None] - squares[:, None] - (total[None] - total[:, None]) ** 2 / inside
    return np.where(long, np.maximum(found, 0.0), np.inf)


def _score(squares: float, changes: int, data: Weighted) -> float:
    count = len(data.values)
    variance = max(squares / (count - 1 * changes - 1), data.floor, np.finfo(float).tiny)
    return count * math.log(variance) + PENALTY * math.log(count) * changes


def _measured(data: Weighted, places: Sequence[int]) -> list[Change]:
    from scipy.stats import t  # takes most of a second to import

    count = len(data.values)
    edges = [0, *places, count]
    costs = _costs(data)
    freedom = count - len(places) - 1
    squares = sum(float(costs[start, end]) for start, end in pairwise(edges))
    variance = max(squares / freedom, data.floor)
    quantile = float(t.ppf((1 + CONFIDENCE) / 2, freedom))
    return [
        _change(data, costs, edges[number - 1 : number + 2], variance, quantile)
        for number in range(1, len(edges) - 1)
    ]


def _change(
    data: Weighted, costs: Values, edges: Sequence[int], variance: float, quantile: float
) -> Change:
    start, at, end = edges
    places = np.arange(start + SHORTEST, end - SHORTEST + 1)
    within = costs[start, places] + costs[places, end]
    possible = places[within - costs[start, at] - costs[at, end] <= PLACE * variance]
    parts = [slice(start, at), slice(at, end)]
    weights = [float(data.weights[part].sum()) for part in parts]
    before, after = (
        float(np.average(data.values[part], weights=data.weights[part])) for part in parts
    )
    half = quantile * math.sqrt(variance * sum(1 / weight for weight in weights))
    return Change(
        at=at,
        earliest=int(possible[0]),
        latest=int(possible[-1]),
        difference=after - before,
        low=after - before - half,
        high=after - before + half,
    )
